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
    /// How many versions of one opportunity may be open.
    let mostOpen: Int
    var lanes: [String: LaneView] = [:]
    var signatures = SignatureBook()
    private var names = OpportunityNames()
    /// What is newly known of the opportunities' names.
    private(set) var newNames: [(name: String, opportunity: String)] = []
    private(set) var copies: [(key: EventKey, known: KnownEvent)] = []
    private(set) var accepted: [(id: UUID, deal: WantedDeal)] = []
    private(set) var contradictions: [RawIncident] = []
    private(set) var recorded: [(arrival: Arrival, admission: Admission, incident: UUID?)] = []
    private(set) var results: [IntakeResult] = []
    private var events: [EventKey: [KnownEvent]] = [:]

    init(saga: String, queue: String, mostOpen: Int) {
        self.saga = saga
        self.queue = queue
        self.mostOpen = mostOpen
    }

    mutating func read(events rows: [Row], versions: [Row]) throws {
        for row in rows {
            let key = EventKey(source: try row.value(0, as: String.self), eventID: try row.value(1, as: String.self))
            let outcome = try row.value(2, as: String.self)
            let admission = Admission(
                outcome: Admission.Outcome(rawValue: outcome) ?? .ignored, reason: try row.value(3, as: String?.self),
                handoff: try row.value(4, as: UUID?.self), correlationID: try row.value(5, as: String.self),
                isCopy: true)
            events[key, default: []].append(
                KnownEvent(contentHash: try row.value(6, as: String.self), admission: admission))
        }
        for row in versions {
            lanes[try row.value(0, as: String.self), default: LaneView()].versions.append(
                LaneView.Version(
                    handoff: try row.value(1, as: UUID.self), contract: try row.value(2, as: String.self),
                    version: Int(try row.value(3, as: Int32.self)), contentHash: try row.value(4, as: String.self),
                    correlationID: try row.value(5, as: String.self), kind: try row.known(7),
                    hasBegun: try row.value(6, as: Bool.self), isOpen: try row.value(8, as: Bool.self),
                    sowHash: try row.value(9, as: String?.self)))
        }
    }

    mutating func read(signatures rows: [Row], unsigned: [Row]) throws {
        try signatures.read(rows, kept: unsigned)
        for known in signatures.envelopes.values {
            lanes[known.opportunity, default: LaneView()].signedTexts.append(known.text)
        }
    }

    mutating func read(names rows: [Row]) throws {
        for row in rows {
            let name = try row.value(0, as: String.self)
            if let opportunity = try row.value(1, as: String?.self) {
                names.opportunities[name] = opportunity
            } else {
                names.waiting.insert(name)
            }
        }
    }

    mutating func decide(_ arrival: Arrival) {
        let place = names.place(of: arrival, in: lanes)
        if case .elsewhere(let opportunity) = place {
            results.append(IntakeResult(admission: Admission(of: arrival, elsewhere: opportunity)))
            return
        }
        let key = EventKey(source: arrival.source, eventID: arrival.eventID)
        let known = events[key] ?? []
        let isOther = known.contains { !$0.isSaid(by: arrival) }
        if let same = known.said(by: arrival) {
            copies.append((key, same))
            results.append(IntakeResult(admission: same.admission.with(otherContent: isOther)))
            return
        }
        let arrival = isOther ? arrival.markedAsOther : arrival
        let decided =
            if case .several(let opportunities) = place {
                refuse(arrival, mergedOf: opportunities)
            } else {
                arrival.kind.signed.map { join(arrival, $0) } ?? decide(WantedDeal(arrival))
            }
        if place == .itself { note(namesOf: arrival) }
        recorded.removeAll {
            $0.arrival.source == arrival.source && $0.arrival.eventID == arrival.eventID
                && $0.arrival.contentHash == arrival.contentHash && $0.admission.outcome == decided.admission.outcome
        }
        recorded.append((arrival, decided.admission, decided.incident))
        let admission = decided.admission
        results.append(
            IntakeResult(admission: admission.with(otherContent: isOther), incident: decided.incident))
        events[key, default: []].append(
            KnownEvent(
                contentHash: arrival.contentHash,
                admission: Admission(
                    outcome: admission.outcome, reason: admission.reason, handoff: admission.handoff,
                    correlationID: admission.correlationID, isCopy: true)))
    }

    private mutating func note(namesOf arrival: Arrival) {
        for name in names.news(of: arrival, in: lanes) {
            names.opportunities[name] = arrival.opportunity
            newNames.append((name, arrival.opportunity))
        }
        if signatures.isWaiting(arrival.opportunity) { names.waiting.insert(arrival.opportunity) }
    }

    /// Several deals that were handed over are one by now: it is told at the first one that it does not name.
    private mutating func refuse(
        _ arrival: Arrival, mergedOf opportunities: [String]
    ) -> (admission: Admission, incident: UUID?) {
        let other = opportunities.first { $0 != arrival.opportunity }
        let version = other.flatMap { lanes[$0]?.standing }
        let reason = LaneView.merged(opportunities)
        let incident = contradict(arrival, .conflict, version, reason)
        let admission = Admission(
            outcome: .conflict, reason: reason, handoff: version?.handoff,
            correlationID: version?.correlationID ?? arrival.correlationID, isCopy: false)
        return (admission, incident)
    }

    /// Decides on a deal version that has just arrived, or that has waited for its signature.
    mutating func decide(_ deal: WantedDeal) -> (admission: Admission, incident: UUID?) {
        let arrival = deal.arrival
        let decision = intakeDecision(
            on: arrival, in: lanes[arrival.opportunity] ?? LaneView(), mostOpen: mostOpen)
        var handoff = decision.of?.handoff
        var incident: UUID?
        switch decision.outcome {
        case .accepted:
            let id = UUID()
            handoff = id
            accept(deal, as: id)
        case .conflict, .stale:
            incident = contradict(arrival, decision.outcome, decision.of, decision.reason)
        case .ignored:
            if decision.reason == LaneView.unsigned {
                signatures.keep(deal)
                tellOtherTexts(than: arrival)
            }
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
        if arrival.kind.stored != .change { supersede(arrival) }
        lanes[arrival.opportunity, default: LaneView()].versions.append(
            LaneView.Version(
                handoff: id, contract: arrival.contract, version: arrival.version,
                contentHash: arrival.contentHash, correlationID: arrival.correlationID, kind: arrival.kind.stored,
                hasBegun: false, sowHash: arrival.sowHash))
        if arrival.kind.stored != .cancel { signatures.join(arrival.opportunity, to: id) }
    }

    /// Earlier versions that have not begun end with a later one; those that have are the statement's to judge.
    private mutating func supersede(_ arrival: Arrival) {
        guard var lane = lanes[arrival.opportunity] else { return }
        for index in lane.versions.indices
        where lane.versions[index].contract == arrival.contract && !lane.versions[index].hasBegun
            && lane.versions[index].version < arrival.version && lane.versions[index].kind != .cancel
        {
            lane.versions[index].isOpen = false
        }
        lanes[arrival.opportunity] = lane
    }

    /// What a person must decide on: other content for a known version, or a difference that would be lost.
    private mutating func contradict(
        _ arrival: Arrival, _ outcome: Admission.Outcome, _ version: LaneView.Version?, _ reason: String?
    ) -> UUID? {
        let isChange = arrival.kind.stored == .change
        guard let version, outcome == .conflict || isChange else { return nil }
        let (id, handoff) = (UUID(), version.handoff)
        let isOther = reason.map { $0 == LaneView.otherContent(of: arrival.version) } ?? false
        let event =
            "event \(arrival.eventID) of \(arrival.source) brings version \(arrival.version) of contract "
            + arrival.contract
        contradictions.append(
            RawIncident(
                id: id, cause: "\(outcome.rawValue)/\(arrival.source)/\(arrival.nameOfContent)", handoff: handoff,
                queue: queue, incidentClass: outcome == .conflict ? .conflict : .lateChange,
                story: outcome == .conflict
                    ? isOther
                        ? "\(event) with other content than handoff \(handoff.lowercased) has"
                        : "\(event): \(reason ?? "-")"
                    : "\(event), a change order, after handoff \(handoff.lowercased) had begun",
                correlationID: arrival.correlationID, body: Array(arrival.body.utf8), headers: [:]))
        return id
    }

    /// What was signed of the opportunity over another text than that of a deal that waits, and is no other deal's either.
    private mutating func tellOtherTexts(than arrival: Arrival) {
        guard let own = arrival.sowHash else { return }
        for (envelope, text) in signatures.unheard(of: arrival.opportunity) where text != own {
            guard lanes[arrival.opportunity]?.knows(text: text) != true,
                !signatures.isWaiting(for: text, of: arrival.opportunity)
            else { continue }
            signatures.tell(envelope)
            contradictions.append(Self.mismatch(envelope, text, arrival, own, queue: queue))
        }
    }

    mutating func contradict(_ incident: RawIncident) { contradictions.append(incident) }

    /// What a person is told of a document that is of another text than the deal of `arrival`.
    static func mismatch(
        _ envelope: String, _ text: String, _ arrival: Arrival, _ own: String, handoff: UUID? = nil, queue: String
    ) -> RawIncident {
        var facts = DealFacts()
        facts.opportunity = arrival.opportunity
        facts.contract = arrival.contract.isEmpty ? nil : arrival.contract
        facts.version = arrival.version > 0 ? arrival.version : nil
        facts.customer = arrival.customer.isEmpty ? nil : arrival.customer
        facts.source = arrival.source
        facts.eventID = arrival.eventID
        let state = handoff == nil ? "waits for the signature of" : "was carried out by"
        return RawIncident(
            id: UUID(), cause: "sow/\(envelope)/\(arrival.contract)/\(arrival.version)", handoff: handoff, queue: queue,
            incidentClass: .sowMismatch,
            story: "envelope \(envelope) was signed over the statement of work \(text.prefix(12)), and version "
                + "\(arrival.version) of contract \(arrival.contract) \(state) \(own.prefix(12))",
            correlationID: arrival.correlationID, body: nil, headers: [:], facts: facts)
    }
}
