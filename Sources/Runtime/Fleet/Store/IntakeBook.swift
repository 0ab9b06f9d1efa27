import FoundationEssentials
import PostgreSQL
import Sagas
import Workers

/// The decisions of one intake transaction and the rows that they want.
struct IntakeBook {
    struct EventKey: Hashable {
        var source: String
        var eventID: String
    }

    enum Purpose { case write, statuses, advance }

    let saga: String
    let queue: String
    var lanes: [String: LaneView] = [:]
    var signatures = SignatureBook()
    private(set) var copies: [EventKey] = []
    private(set) var accepted: [(id: UUID, deal: WantedDeal)] = []
    private(set) var contradictions: [RawIncident] = []
    private(set) var recorded: [(arrival: Arrival, admission: Admission, incident: UUID?)] = []
    private(set) var results: [IntakeResult] = []
    private var events: [EventKey: Admission] = [:]

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

    mutating func read(signatures rows: [Row], unsigned: [Row]) throws {
        try signatures.read(rows, kept: unsigned)
        for known in signatures.envelopes.values { lanes[known.opportunity, default: LaneView()].isSigned = true }
    }

    mutating func decide(_ arrival: Arrival) {
        let key = EventKey(source: arrival.source, eventID: arrival.eventID)
        if let known = events[key] {
            copies.append(key)
            results.append(IntakeResult(admission: known))
            return
        }
        let decided = arrival.kind.signed.map { join(arrival, $0) } ?? decide(WantedDeal(arrival))
        recorded.append((arrival, decided.admission, decided.incident))
        results.append(IntakeResult(admission: decided.admission, incident: decided.incident))
        let admission = decided.admission
        events[key] = Admission(
            outcome: admission.outcome, reason: admission.reason, handoff: admission.handoff,
            correlationID: admission.correlationID, isCopy: true)
    }

    /// Decides on a deal version that has just arrived, or that has waited for its signature.
    mutating func decide(_ deal: WantedDeal) -> (admission: Admission, incident: UUID?) {
        let arrival = deal.arrival
        let decision = intakeDecision(on: arrival, in: lanes[arrival.opportunity] ?? LaneView())
        var handoff = decision.of?.handoff
        var incident: UUID?
        switch decision.outcome {
        case .accepted:
            let id = UUID()
            handoff = id
            accept(deal, as: id)
        case .conflict, .stale:
            incident = contradict(arrival, decision.outcome, handoff)
        case .ignored:
            if decision.reason == LaneView.unsigned { signatures.keep(deal) }
        case .duplicate: break
        }
        let admission = Admission(
            outcome: decision.outcome, reason: decision.reason, handoff: handoff,
            correlationID: decision.of?.correlationID ?? arrival.correlationID, isCopy: false)
        return (admission, incident)
    }

    private mutating func accept(_ deal: WantedDeal, as id: UUID) {
        let arrival = deal.arrival
        accepted.append((id, deal))
        lanes[arrival.opportunity, default: LaneView()].versions.append(
            LaneView.Version(
                handoff: id, contract: arrival.contract, version: arrival.version,
                contentHash: arrival.contentHash, correlationID: arrival.correlationID, kind: arrival.kind.stored,
                hasBegun: false))
        if arrival.kind.stored != .cancel { signatures.join(arrival.opportunity, to: id) }
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
}
