import FoundationEssentials
import PostgreSQL

/// What a worker does about tickets that stand in line, did not reach the broker, or were published again.
struct LineTransactions: Sendable {
    let database: Database
    let limits: TimeLimits
    let queue: String
    /// The queue that carries events too, behind which its tickets may stand for long.
    let planningQueue: String

    /// The ids of so many handoffs of this queue that may be looked at without a ticket, in the order of the line.
    func next(_ limit: Int) async throws -> [UUID] {
        let patience = limits.patience(in: queue, planningQueue: planningQueue)
        return try await database.query(
            LineStatements.next, queue, Int64(limit), max(limits.ticketLease - patience, .zero).milliseconds
        ).map { try $0.value(0, as: UUID.self) }
    }

    /// How many handoffs and statuses of `queue` have a ticket out.
    func ticketsOut(in queue: String) async throws -> Int {
        Int(try await database.query(LineStatements.ticketsOut, queue)[0].value(0, as: Int64.self))
    }

    /// Makes due at once what has these tickets; or any ticket that is out, and copies of incidents that are not confirmed.
    func hurry(_ missed: MissedTickets) async throws {
        switch missed {
        case .these(let tickets):
            try await change(LineStatements.hurryHandoffs, LineStatements.hurryMirrors, tickets)
        case .all:
            _ = try await database.query(LineStatements.hurryAllHandoffs)
            _ = try await database.query(LineStatements.hurryAllMirrors)
            _ = try await database.query(LineStatements.hurryAllIncidents)
        }
    }

    /// Notes that these tickets were published once more.
    func notePublished(_ tickets: [Ticket]) async throws {
        try await change(LineStatements.countHandoffs, LineStatements.countMirrors, tickets)
    }

    private func change(_ handoffs: Statement, _ mirrors: Statement, _ tickets: [Ticket]) async throws {
        let ids = tickets.compactMap { ticket in
            if case .handoff(let id) = ticket.subject { id } else { nil }
        }
        let keys = tickets.compactMap { ticket in
            if case .mirror(let opportunity, let target, let object) = ticket.subject {
                MirrorKey(opportunity: opportunity, target: target, object: object)
            } else {
                nil
            }
        }
        if !ids.isEmpty { _ = try await database.query(handoffs, ids) }
        if !keys.isEmpty {
            _ = try await database.query(
                mirrors, keys.map(\.opportunity), keys.map(\.target), keys.map(\.object))
        }
    }
}

/// Which tickets are taken for lost before their time.
package enum MissedTickets: Sendable, Equatable {
    /// Those that did not reach the broker, or may not have.
    case these([Ticket])
    /// All that are out: the connection to the broker was gone.
    case all
}

extension TimeLimits {
    /// How long a ticket of `queue` may be on its way before a worker that has room looks itself. Where events stand in the
    /// same queue a ticket may come after all of them, so nobody waits for it.
    package func patience(in queue: String, planningQueue: String) -> Duration {
        queue == planningQueue ? .zero : ticketPatience
    }
}
