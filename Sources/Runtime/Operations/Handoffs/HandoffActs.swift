import Fleet
import FoundationEssentials
import PostgreSQL

/// What people do to handoffs themselves: adopt what was made by hand, approve, reject.
public struct HandoffActs: Sendable {
    let database: Database
    let post: Post

    /// Writes through `database`, whose role is who acts, and publishes by `post`.
    public init(database: Database, post: Post) {
        self.database = database
        self.post = post
    }

    /// Finds a handoff by its id, or the beginning of it.
    public func find(_ text: String) async throws -> RowID {
        guard let range = RowID.range(withPrefix: text) else { throw NoSuchHandoff(text: text) }
        let rows = try await database.query(HandoffStatements.withPrefix, range.lowerBound, range.upperBound)
        guard rows.count == 1 else { throw NoSuchHandoff(text: text) }
        return try rows[0].value(0)
    }

    /// Lets `step` adopt what a person made by hand. The worker asks the target for it before that counts.
    public func adopt(_ externalID: String, step name: String, of handoff: RowID, why: String?) async throws -> String {
        let ticket = try await database.transaction { transaction in
            let rows = try await transaction.pipeline([
                Command(HandoffStatements.lock, handoff), Command(HandoffStatements.situation, handoff),
                Command(HandoffStatements.blockingIncident, handoff), Command(HandoffStatements.steps, handoff),
                Command(HandoffStatements.makerOf, handoff, name, externalID),
                Command(HandoffStatements.isRemoved, externalID),
            ])
            guard let row = rows[1].first else { throw NoSuchHandoff(text: handoff.description) }
            let steps = try rows[3].map { step in
                AdoptableStep(
                    ordinal: Int(try step.value(0, as: Int16.self)), name: try step.value(1), state: try step.value(2))
            }
            let step = try stepToAdopt(
                name, state: try row.decode("state"), direction: try row.decode("direction"), steps: steps)
            if let maker = try rows[4].first?.value(0, as: RowID.self) {
                throw ActRefused("\(externalID) is what \(name) of handoff \(maker) made: one thing, one handoff")
            }
            if !rows[5].isEmpty {
                throw ActRefused("\(externalID) came late beside another, and is being removed: name one that stays")
            }
            try checkHold(rows[2])
            return try await wantedTicket(
                in: transaction.commit(after: [
                    Command(
                        HandoffStatements.adopt, handoff, Int16(step.ordinal), externalID, why,
                        Post.ticketLease.inMilliseconds)
                ]))
        }
        return "\(name) is to adopt \(externalID); it counts once the target knows it" + (try await publish(ticket))
    }

    /// Approves, or rejects, what a handoff waits for.
    public func decide(
        on handoff: RowID, gate: String?, isApproved: Bool, why: String
    ) async throws -> String {
        let decision = isApproved ? "approved" : "rejected"
        let ticket = try await database.transaction { transaction in
            let rows = try await transaction.pipeline([
                Command(HandoffStatements.lock, handoff), Command(HandoffStatements.situation, handoff),
            ])
            guard let row = rows[1].first else { throw NoSuchHandoff(text: handoff.description) }
            let wanted = try approvalToDecide(
                state: try row.decode("state"), cause: try row.decode("cause"), gate: gate,
                requesters: try row.decode("requesters"), decidedBy: try row.decode("actor"))
            try await checkUndecided(wanted, on: handoff, transaction)
            return try await wantedTicket(
                in: transaction.commit(after: [
                    Command(HandoffStatements.decide, handoff, decision, why, Post.ticketLease.inMilliseconds)
                ]))
        }
        return "\(decision); the handoff goes on" + (try await publish(ticket))
    }

    func checkHold(_ incident: [Row]) throws {
        guard let row = incident.first, let holder = try row.decode("held_by", as: String?.self) else { return }
        let because = try row.decode("held_why", as: String?.self) ?? "-"
        throw ActRefused("its incident is held by \(holder) because \(because): release it first")
    }

    private func checkUndecided(
        _ wanted: WantedApproval, on handoff: RowID, _ transaction: Transaction
    ) async throws {
        let rows = try await transaction.query(HandoffStatements.decision, handoff, wanted.gate, wanted.planHash)
        guard let row = rows.first else { return }
        let at = try row.value(2, as: Date.self).formatted(.iso8601)
        throw ActRefused(
            "already \(try row.value(1, as: String.self)) by \(try row.value(0, as: String.self)) at \(at)")
    }

    func wantedTicket(in written: [[Row]]) throws -> Ticket? {
        try written.last?.first.map { row in
            Ticket(.handoff(try row.value(0, as: UUID.self)), queue: try row.value(1), correlationID: try row.value(2))
        }
    }

    /// What to add where the ticket is lost.
    func publish(_ ticket: Ticket?) async throws -> String {
        guard let ticket, let loss = try await post.publish([.ticket(ticket)])[0] else { return "" }
        return "; its ticket was not published (\(loss.reason)), so the worker will look within 30 s"
    }
}
