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

    /// Commits all arrivals together and answers each, in order.
    func admit(_ arrivals: [Arrival]) async throws -> [IntakeResult] {
        let opportunities = Array(Set(arrivals.map(\.opportunity))).sorted()
        return try await database.transaction { transaction in
            let known = try await transaction.pipeline([
                Command(LaneStatements.lock, opportunities),
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
    private var contradictions: [RawIncident] = []
    private var recorded: [(arrival: Arrival, admission: Admission, incident: UUID?)] = []
    private(set) var results: [IntakeResult] = []

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
                    correlationID: try row.value(5, as: String.self), kind: try row.known(7),
                    hasBegun: try row.value(6, as: Bool.self)))
        }
    }

    mutating func decide(_ arrival: Arrival) {
        let key = EventKey(source: arrival.source, eventID: arrival.eventID)
        if let known = events[key] {
            copies.append(key)
            results.append(IntakeResult(admission: known))
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
                    contentHash: arrival.contentHash, correlationID: arrival.correlationID, kind: arrival.kind.stored,
                    hasBegun: false))
        case .conflict, .stale:
            incident = contradict(arrival, decision.outcome, handoff)
        case .duplicate, .ignored: break
        }
        let admission = Admission(
            outcome: decision.outcome, reason: decision.reason, handoff: handoff,
            correlationID: decision.of?.correlationID ?? arrival.correlationID, isCopy: false)
        recorded.append((arrival, admission, incident))
        results.append(IntakeResult(admission: admission, incident: incident))
        events[key] = Admission(
            outcome: admission.outcome, reason: admission.reason, handoff: handoff,
            correlationID: admission.correlationID, isCopy: true)
    }

    /// What a person must decide on: other content for a known version, or a difference that would be lost.
    private mutating func contradict(
        _ arrival: Arrival, _ outcome: Admission.Outcome, _ handoff: UUID?
    ) -> UUID? {
        let isChange = arrival.kind.stored == .change
        guard let handoff, outcome == .conflict || isChange else { return nil }
        let id = UUID()
        let event =
            "event \(arrival.eventID) of \(arrival.source) brings version \(arrival.version) of contract "
            + arrival.contract
        contradictions.append(
            RawIncident(
                id: id, cause: "\(outcome.rawValue)/\(arrival.source)/\(arrival.eventID)", handoff: handoff,
                queue: queue, incidentClass: outcome == .conflict ? .conflict : .lateChange,
                story: outcome == .conflict
                    ? "\(event) with other content than handoff \(handoff.lowercased) has"
                    : "\(event), a change order, after handoff \(handoff.lowercased) had begun",
                correlationID: arrival.correlationID, body: Array(arrival.body.utf8), headers: [:]))
        return id
    }

    func commands(
        limits: TimeLimits, opportunities: [String]
    ) throws -> [(purpose: Purpose, command: Command)] {
        var commands: [(purpose: Purpose, command: Command)] = []
        if !accepted.isEmpty {
            let deals = accepted.map(\.arrival)
            let ids = accepted.map(\.id)
            commands += [
                (.write, handoffsCommand(ids, deals, limits: limits)),
                (
                    .write,
                    Command(
                        IntakeStatements.insertDeals, ids, deals.map(\.body), deals.map(\.customer),
                        deals.map(\.totalMinor), deals.map(\.currency))
                ),
                (.write, Command(IntakeStatements.appendJournal, ids, try deals.map(JournalEntry.accepted))),
            ]
            commands += stopCommands()
            for statement in [IntakeStatements.baseArrived, IntakeStatements.closeMissingBases] {
                commands.append(
                    (
                        .write,
                        Command(
                            statement, deals.map(\.opportunity), deals.map(\.contract),
                            deals.map { Int32($0.version) })
                    ))
            }
            let lease = limits.ticketLease.milliseconds
            commands.append((.advance, Command(LaneStatements.advance, opportunities, lease)))
            commands += statusCommands(lease: lease)
        }
        if !contradictions.isEmpty {
            commands.append((.write, try RawIncident.insert(contradictions, lease: limits.ticketLease)))
        }
        if !recorded.isEmpty { commands.append((.write, eventsCommand())) }
        if !copies.isEmpty {
            commands.append(
                (.write, Command(IntakeStatements.countCopies, copies.map(\.source), copies.map(\.eventID))))
        }
        return commands
    }

    private func handoffsCommand(_ ids: [UUID], _ deals: [Arrival], limits: TimeLimits) -> Command {
        Command(
            IntakeStatements.insertHandoffs, ids, deals.map(\.opportunity), deals.map(\.contract),
            deals.map { Int32($0.version) }, deals.map(\.contentHash), deals.map(\.correlationID), saga, queue,
            deals.map(\.kind.stored.rawValue), deals.map { $0.kind.base.map(Int32.init) }, limits.baseWait.milliseconds)
    }

    private func stopCommands() -> [(purpose: Purpose, command: Command)] {
        let closing = accepted.map(\.arrival).filter { $0.version > 1 && $0.kind.stored != .change }
        guard !closing.isEmpty else { return [] }
        let versions = closing.map { Int32($0.version) }
        return [
            (
                .write,
                Command(
                    IntakeStatements.lockEarlier, closing.map(\.opportunity), closing.map(\.contract), versions)
            ),
            (
                .write,
                Command(
                    IntakeStatements.stopEarlier, closing.map(\.opportunity), closing.map(\.contract), versions,
                    closing.map { $0.kind.stored == .cancel }, closing.map(\.eventID))
            ),
        ]
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

    private func eventsCommand() -> Command {
        let arrivals = recorded.map(\.arrival)
        return Command(
            IntakeStatements.insertEvents, arrivals.map(\.source), arrivals.map(\.eventID), arrivals.map(\.contentHash),
            recorded.map(\.admission.outcome.rawValue), recorded.map(\.admission.reason),
            recorded.map(\.admission.correlationID), arrivals.map { $0.version > 0 ? $0.opportunity : nil },
            arrivals.map { $0.version > 0 ? $0.contract : nil },
            arrivals.map { $0.version > 0 ? Int32($0.version) : nil }, recorded.map(\.admission.handoff),
            recorded.map(\.incident))
    }
}

extension Arrival.Kind {
    /// The kind by its stored name.
    package var stored: TakenHandoff.Kind {
        switch self {
        case .complete: .complete
        case .change: .change
        case .cancel: .cancel
        }
    }

    /// The version that a change order builds upon.
    package var base: Int? {
        if case .change(let base) = self { base } else { nil }
    }
}
