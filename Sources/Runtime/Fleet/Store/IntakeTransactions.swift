import FoundationEssentials
import PostgreSQL
import Sagas
import Workers

/// Recording arrivals, many in one transaction: the lanes are locked, the decisions are made on what stands there,
/// and everything that follows from them is written at once.
struct IntakeTransactions: Sendable {
    let database: Database
    let limits: TimeLimits
    let saga: String
    let queue: String

    /// What intake decided about one arrival, and what must be published for it.
    struct Result: Sendable {
        var admission: Admission
        var tickets: [Ticket] = []
        var incident: UUID?
    }

    /// Commits all arrivals together and answers each, in order.
    func admit(_ arrivals: [Arrival]) async throws -> [Result] {
        let opportunities = Array(Set(arrivals.map(\.opportunity))).sorted()
        return try await database.transaction { transaction in
            let known = try await transaction.pipeline([
                Command(OwnerStatements.lockLanes, opportunities),
                Command(IntakeStatements.knownEvents, arrivals.map(\.source), arrivals.map(\.eventID)),
                Command(IntakeStatements.knownVersions, opportunities),
            ])
            var book = IntakeBook(saga: saga, queue: queue)
            try book.read(events: known[1], versions: known[2])
            for arrival in arrivals { book.decide(arrival) }
            let commands = try book.commands(limits: limits, opportunities: opportunities)
            let rows = try await transaction.commit(after: commands.map(\.command))
            var results = book.results
            for (purpose, found) in zip(commands.map(\.purpose), rows) where !results.isEmpty {
                switch purpose {
                case .statuses: results[0].tickets += try mirrorTickets(found)
                case .advance:
                    results[0].tickets += try found.map(Ticket.init(ofHandoff:))
                case .write: break
                }
            }
            return results
        }
    }
}

/// The decisions of one intake transaction and the rows that they want.
private struct IntakeBook {
    struct EventKey: Hashable {
        var source: String
        var eventID: String
    }

    enum Purpose { case write, statuses, advance }

    let saga: String
    let queue: String
    private var lanes: [String: LaneView] = [:]
    private var events: [EventKey: Admission] = [:]
    private var copies: [EventKey] = []
    private var accepted: [(id: UUID, arrival: Arrival)] = []
    private var conflicts: [(id: UUID, arrival: Arrival, with: UUID)] = []
    private var recorded: [(arrival: Arrival, admission: Admission, incident: UUID?)] = []
    private(set) var results: [IntakeTransactions.Result] = []

    init(saga: String, queue: String) {
        self.saga = saga
        self.queue = queue
    }

    mutating func read(events rows: [Row], versions: [Row]) throws {
        for row in rows {
            let key = EventKey(source: try row.value(0, as: String.self), eventID: try row.value(1, as: String.self))
            let outcome = try row.value(2, as: String.self)
            events[key] = Admission(
                outcome: Admission.Outcome(rawValue: outcome) ?? .ignored, reason: try row.value(3, as: String?.self),
                handoff: try row.value(4, as: UUID?.self), correlationID: try row.value(5, as: String.self),
                isCopy: true)
        }
        for row in versions {
            lanes[try row.value(0, as: String.self), default: LaneView()].versions.append(
                LaneView.Version(
                    handoff: try row.value(1, as: UUID.self), contract: try row.value(2, as: String.self),
                    version: Int(try row.value(3, as: Int32.self)), contentHash: try row.value(4, as: String.self),
                    correlationID: try row.value(5, as: String.self), hasBegun: try row.value(6, as: Bool.self)))
        }
    }

    mutating func decide(_ arrival: Arrival) {
        let key = EventKey(source: arrival.source, eventID: arrival.eventID)
        if let known = events[key] {
            copies.append(key)
            results.append(.init(admission: known))
            return
        }
        let decision = intakeDecision(on: arrival, in: lanes[arrival.opportunity] ?? LaneView())
        var handoff = decision.of?.handoff
        var incident: UUID?
        switch decision.outcome {
        case .accepted:
            let id = UUID()
            handoff = id
            accepted.append((id, arrival))
            lanes[arrival.opportunity, default: LaneView()].versions.append(
                LaneView.Version(
                    handoff: id, contract: arrival.contract, version: arrival.version,
                    contentHash: arrival.contentHash, correlationID: arrival.correlationID, hasBegun: false))
        case .conflict:
            let id = UUID()
            incident = id
            if let handoff { conflicts.append((id, arrival, handoff)) }
        case .duplicate, .stale, .ignored: break
        }
        let admission = Admission(
            outcome: decision.outcome, reason: decision.reason, handoff: handoff,
            correlationID: decision.of?.correlationID ?? arrival.correlationID, isCopy: false)
        recorded.append((arrival, admission, incident))
        results.append(.init(admission: admission, incident: incident))
        events[key] = Admission(
            outcome: admission.outcome, reason: admission.reason, handoff: handoff,
            correlationID: admission.correlationID, isCopy: true)
    }

    func commands(
        limits: TimeLimits, opportunities: [String]
    ) throws -> [(purpose: Purpose, command: Command)] {
        var commands: [(purpose: Purpose, command: Command)] = []
        let lease = limits.ticketLease.milliseconds
        if !accepted.isEmpty {
            let deals = accepted.map(\.arrival)
            let ids = accepted.map(\.id)
            commands.append(
                (
                    .write,
                    Command(
                        IntakeStatements.insertHandoffs, ids, deals.map(\.opportunity), deals.map(\.contract),
                        deals.map { Int32($0.version) }, deals.map(\.contentHash), deals.map(\.correlationID), saga,
                        queue)
                ))
            commands.append(
                (
                    .write,
                    Command(
                        IntakeStatements.insertDeals, ids, deals.map(\.body), deals.map(\.customer),
                        deals.map(\.totalMinor), deals.map(\.currency))
                ))
            commands.append(
                (.write, Command(IntakeStatements.appendJournal, ids, try deals.map(JournalEntry.accepted))))
            commands.append((.advance, Command(OwnerStatements.advanceLanes, opportunities, lease)))
            commands += statusCommands(lease: lease)
        }
        commands += try conflictCommands(lease: limits.ticketLease)
        if !recorded.isEmpty { commands.append((.write, eventsCommand())) }
        if !copies.isEmpty {
            commands.append(
                (.write, Command(IntakeStatements.countCopies, copies.map(\.source), copies.map(\.eventID))))
        }
        return commands
    }

    private func statusCommands(lease: Int64) -> [(purpose: Purpose, command: Command)] {
        let rows = accepted.compactMap { entry in entry.arrival.status.map { (entry.arrival, $0) } }
        guard !rows.isEmpty else { return [] }
        return [
            (
                .statuses,
                Command(
                    IntakeStatements.wantStatuses, rows.map(\.0.opportunity), rows.map(\.1.target),
                    rows.map(\.1.object), rows.map(\.1.queue.name), rows.map(\.1.content),
                    rows.map(\.0.correlationID), lease)
            )
        ]
    }

    private func conflictCommands(lease: Duration) throws -> [(purpose: Purpose, command: Command)] {
        guard !conflicts.isEmpty else { return [] }
        let raw = conflicts.map { conflict in
            RawIncident(
                id: conflict.id, cause: "conflict/\(conflict.arrival.source)/\(conflict.arrival.eventID)",
                handoff: conflict.with, queue: queue, incidentClass: .conflict,
                story: "event \(conflict.arrival.eventID) of \(conflict.arrival.source) brings version "
                    + "\(conflict.arrival.version) of contract \(conflict.arrival.contract) with other content than "
                    + "handoff \(conflict.with.lowercased) has",
                correlationID: conflict.arrival.correlationID, body: Array(conflict.arrival.body.utf8), headers: [:])
        }
        return [(.write, try RawIncident.insert(raw, lease: lease))]
    }

    private func eventsCommand() -> Command {
        let arrivals = recorded.map(\.arrival)
        return Command(
            IntakeStatements.insertEvents, arrivals.map(\.source), arrivals.map(\.eventID), arrivals.map(\.contentHash),
            recorded.map(\.admission.outcome.rawValue), recorded.map(\.admission.reason),
            recorded.map(\.admission.correlationID), arrivals.map(\.opportunity), arrivals.map(\.contract),
            arrivals.map { Int32($0.version) }, recorded.map(\.admission.handoff), recorded.map(\.incident))
    }
}
