import Fleet
import FoundationEssentials
import Sagas
import Workers

extension Tables {
    /// Records an arrival and decides on it, with all that follows.
    mutating func admit(_ arrival: Arrival, into queue: String, at now: Duration) throws -> IntakeResult {
        let place = namesInForce.place(of: arrival, in: lanes(of: arrival))
        if case .elsewhere(let opportunity) = place {
            return IntakeResult(admission: Admission(of: arrival, elsewhere: opportunity))
        }
        let places = events.indices.filter {
            events[$0].source == arrival.source && events[$0].eventID == arrival.eventID
        }
        let isOther = places.contains { !events[$0].known.isSaid(by: arrival) }
        let known = places.map { events[$0].known }.said(by: arrival)
        if let same = places.first(where: { events[$0].known == known }) {
            events[same].copies += 1
            let stored = events[same].admission
            return IntakeResult(
                admission: Admission(
                    outcome: stored.outcome, reason: stored.reason, handoff: events[same].handoff,
                    correlationID: stored.correlationID, isCopy: true
                ).with(otherContent: isOther))
        }
        let arrival = isOther ? arrival.markedAsOther : arrival
        var result: IntakeResult
        if case .several(let opportunities) = place {
            result = refuse(arrival, mergedOf: opportunities, queue, at: now)
        } else if let signed = arrival.kind.signed {
            result = try join(arrival, signed, into: queue, at: now)
        } else {
            result = try admit(deal: arrival, into: queue, at: now)
        }
        if place == .itself {
            for name in namesInForce.news(of: arrival, in: lanes(of: arrival)) { names[name] = arrival.opportunity }
        }
        let same = places.first {
            events[$0].contentHash == arrival.contentHash && events[$0].admission.outcome == result.admission.outcome
        }
        if let same {
            // What waits for its signature takes the place of what was nothing with the same content.
            events[same].admission = result.admission
            events[same].handoff = result.admission.handoff
        } else {
            events.append(
                Rows.Event(
                    source: arrival.source, eventID: arrival.eventID, contentHash: arrival.contentHash,
                    admission: result.admission, publisher: arrival.publisher, handoff: result.admission.handoff))
        }
        result.admission = result.admission.with(otherContent: isOther)
        return result
    }

    private var namesInForce: OpportunityNames {
        OpportunityNames(
            opportunities: names,
            waiting: Set(unsignedDeals.filter { $0.state == .kept }.map(\.arrival.opportunity)))
    }

    private func lanes(of arrival: Arrival) -> [String: LaneView] {
        let all = [arrival.opportunity] + arrival.names
        let meant = Set(all + all.compactMap { names[$0] })
        return Dictionary(uniqueKeysWithValues: meant.map { ($0, lane($0)) })
    }

    /// Several deals that were handed over are one by now.
    private mutating func refuse(
        _ arrival: Arrival, mergedOf opportunities: [String], _ queue: String, at now: Duration
    ) -> IntakeResult {
        let version = opportunities.first { $0 != arrival.opportunity }.flatMap { lane($0).standing }
        let incident = contradiction(arrival, .conflict, version?.handoff, queue).flatMap { open($0, at: now) }
        return IntakeResult(
            admission: Admission(
                outcome: .conflict, reason: LaneView.merged(opportunities), handoff: version?.handoff,
                correlationID: version?.correlationID ?? arrival.correlationID, isCopy: false),
            incident: incident)
    }

    /// Decides on a deal version that has just arrived, or that has waited for its signature.
    mutating func admit(deal arrival: Arrival, into queue: String, at now: Duration) throws -> IntakeResult {
        let decision = decide(on: arrival)
        if decision.outcome == .ignored, decision.reason == LaneView.unsigned {
            keep(arrival)
            tellOtherTexts(than: arrival, queue, at: now)
        }
        var handoff = decision.of?.handoff
        var tickets: [Ticket] = []
        if decision.outcome == .accepted {
            let id = nextID()
            handoff = id
            tickets = try accept(arrival, as: id, into: queue, at: now)
        }
        let incident = contradiction(arrival, decision.outcome, handoff, queue).flatMap { open($0, at: now) }
        let admission = Admission(
            outcome: decision.outcome, reason: decision.reason, handoff: handoff,
            correlationID: decision.of?.correlationID ?? arrival.correlationID, isCopy: false)
        return IntakeResult(admission: admission, tickets: tickets, incident: incident)
    }

    private func decide(
        on arrival: Arrival
    ) -> (outcome: Admission.Outcome, reason: String?, of: LaneView.Version?) {
        if plants.contains(.noVersionCheck), arrival.ignoredBecause == nil { return (.accepted, nil, nil) }
        return intakeDecision(on: arrival, in: lane(arrival.opportunity), mostOpen: limits.openVersions)
    }

    func lane(_ opportunity: String) -> LaneView {
        let versions = handoffs.filter { $0.opportunity == opportunity }.map { row in
            LaneView.Version(
                handoff: row.id, contract: row.contract, version: row.version, contentHash: row.contentHash,
                correlationID: row.correlationID, kind: row.kind, hasBegun: row.state != .behind,
                isOpen: row.state.isOpen, sowHash: row.sowHash)
        }
        return LaneView(
            versions: versions, signedTexts: signatures.filter { $0.opportunity == opportunity }.map(\.sowHash))
    }

    private mutating func accept(
        _ arrival: Arrival, as id: UUID, into queue: String, at now: Duration
    ) throws -> [Ticket] {
        let base = arrival.kind.base
        let isBaseMissing =
            base != nil
            && !handoffs.contains {
                $0.opportunity == arrival.opportunity && $0.contract == arrival.contract && $0.version == base
            }
        handoffs.append(
            Rows.Handoff(
                id: id, opportunity: arrival.opportunity, contract: arrival.contract, version: arrival.version,
                kind: arrival.kind.stored, base: base, contentHash: arrival.contentHash,
                correlationID: arrival.correlationID, deal: arrival.body, sowHash: arrival.sowHash,
                queue: queue, activeSince: now, createdAt: now,
                dueAt: isBaseMissing ? now + limits.baseWait : nil))
        journal.append(Rows.Entry(handoff: id, text: try JournalEntry.accepted(arrival)))
        if arrival.kind.stored != .complete { tellStaleBases(in: arrival.opportunity, at: now) }
        if arrival.version > 1, arrival.kind.stored != .change { stopEarlier(than: arrival, at: now) }
        baseArrived(arrival, at: now)
        closeRefused(by: arrival, at: now)
        if arrival.kind.stored != .cancel { joinSignatures(of: arrival.opportunity, to: id, at: now) }
        var tickets = advance(arrival.opportunity, at: now)
        if let status = arrival.status {
            let key = MirrorKey(status, opportunity: arrival.opportunity, contract: arrival.contract)
            tickets += insert(
                status, key, of: arrival.contract, correlationID: arrival.correlationID, at: now)
        }
        return tickets
    }

    /// A cancellation closes every earlier version that is not past the point of no return. A complete version closes
    /// an earlier one that is parked and never announced a call: it corrects it; and a change order whose base can never
    /// come: it takes its place. Their incidents close with them.
    private mutating func stopEarlier(than arrival: Arrival, at now: Duration) {
        let cancels = arrival.kind.stored == .cancel
        let because = cancels ? "cancelled" : "superseded"
        var wasAnyBehind = false
        for place in handoffs.indices {
            let row = handoffs[place]
            guard row.opportunity == arrival.opportunity, row.contract == arrival.contract,
                row.version < arrival.version, row.state.isOpen, row.kind != .cancel
            else { continue }
            let neverCalled = !row.steps.contains { $0.settledAt != nil }
            let isCorrected = row.state == .parked && row.direction == .forwards && neverCalled
            guard cancels ? !row.isPastReturn : isCorrected || isLost(row) else { continue }
            wasAnyBehind = wasAnyBehind || row.state == .behind
            handoffs[place].state = .stopped
            handoffs[place].dueAt = nil
            handoffs[place].cause = nil
            wakeLooks(of: handoffs[place], at: now)
            closeIncidents(because, at: now) { $0.handoff == row.id }
            journal.append(
                Rows.Entry(
                    handoff: row.id,
                    text: #"{"cause" : "\#(because)", "event" : "\#(arrival.eventID)", "what" : "stopped"}"#))
        }
        // Of all that stop none is lost any more.
        if wasAnyBehind { tellStaleBases(in: arrival.opportunity, at: now) }
    }

    /// Change orders that waited for this version need nobody any more.
    private mutating func baseArrived(_ arrival: Arrival, at now: Duration) {
        for place in handoffs.indices {
            let row = handoffs[place]
            guard row.opportunity == arrival.opportunity, row.contract == arrival.contract,
                row.base == arrival.version, row.state == .behind
            else { continue }
            handoffs[place].dueAt = nil
            closeIncidents("base arrived", at: now) { $0.handoff == row.id && $0.incidentClass == .baseMissing }
        }
    }

    /// What a person must decide on: other content for a known version, or a difference that would be lost.
    private mutating func contradiction(
        _ arrival: Arrival, _ outcome: Admission.Outcome, _ handoff: UUID?, _ queue: String
    ) -> RawIncident? {
        let isLost = outcome == .stale && arrival.kind.stored == .change
        guard let handoff, outcome == .conflict || isLost else { return nil }
        return RawIncident(
            id: nextID(), cause: "\(outcome.rawValue)/\(arrival.source)/\(arrival.nameOfContent)", handoff: handoff,
            queue: queue, incidentClass: outcome == .conflict ? .conflict : .lateChange,
            story: "event \(arrival.eventID) contradicts what is there", correlationID: arrival.correlationID,
            body: Array(arrival.body.utf8), headers: [:])
    }
}
