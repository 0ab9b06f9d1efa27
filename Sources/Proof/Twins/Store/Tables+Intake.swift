import Fleet
import FoundationEssentials
import Sagas
import Workers

extension Tables {
    /// Records an arrival and decides on it, with all that follows.
    mutating func admit(_ arrival: Arrival, into queue: String, at now: Duration) throws -> IntakeResult {
        let known = events.firstIndex { $0.source == arrival.source && $0.eventID == arrival.eventID }
        if let known {
            events[known].copies += 1
            let stored = events[known].admission
            return IntakeResult(
                admission: Admission(
                    outcome: stored.outcome, reason: stored.reason, handoff: events[known].handoff,
                    correlationID: stored.correlationID, isCopy: true))
        }
        let result: IntakeResult
        if let signed = arrival.kind.signed {
            result = try join(arrival, signed, into: queue, at: now)
        } else {
            result = try admit(deal: arrival, into: queue, at: now)
        }
        events.append(
            Rows.Event(
                source: arrival.source, eventID: arrival.eventID, admission: result.admission,
                handoff: result.admission.handoff))
        return result
    }

    /// Decides on a deal version that has just arrived, or that has waited for its signature.
    mutating func admit(deal arrival: Arrival, into queue: String, at now: Duration) throws -> IntakeResult {
        let decision = decide(on: arrival)
        if decision.outcome == .ignored, decision.reason == LaneView.unsigned { keep(arrival) }
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
        return intakeDecision(on: arrival, in: lane(arrival.opportunity))
    }

    func lane(_ opportunity: String) -> LaneView {
        let versions = handoffs.filter { $0.opportunity == opportunity }.map { row in
            LaneView.Version(
                handoff: row.id, contract: row.contract, version: row.version, contentHash: row.contentHash,
                correlationID: row.correlationID, kind: row.kind, hasBegun: row.state != .behind)
        }
        return LaneView(versions: versions, isSigned: signatures.contains { $0.opportunity == opportunity })
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
                queue: queue, activeSince: now,
                dueAt: isBaseMissing ? now + limits.baseWait : nil))
        journal.append(Rows.Entry(handoff: id, text: try JournalEntry.accepted(arrival)))
        if arrival.version > 1, arrival.kind.stored != .change { stopEarlier(than: arrival) }
        baseArrived(arrival)
        if arrival.kind.stored != .cancel { joinSignatures(of: arrival.opportunity, to: id) }
        var tickets = advance(arrival.opportunity, at: now)
        if let status = arrival.status {
            let key = MirrorKey(opportunity: arrival.opportunity, target: status.target, object: status.object)
            tickets += insert(status, key, correlationID: arrival.correlationID, at: now)
        }
        return tickets
    }

    /// A cancellation closes every earlier version that is not past the point of no return. A complete version closes
    /// an earlier one that is parked and never announced a call: it corrects it. Their incidents close with them.
    private mutating func stopEarlier(than arrival: Arrival) {
        let cancels = arrival.kind.stored == .cancel
        let because = cancels ? "cancelled" : "superseded"
        for place in handoffs.indices {
            let row = handoffs[place]
            guard row.opportunity == arrival.opportunity, row.contract == arrival.contract,
                row.version < arrival.version, row.state.isOpen, row.kind != .cancel
            else { continue }
            let neverCalled = !row.steps.contains { $0.settledAt != nil }
            let isCorrected = row.state == .parked && row.direction == .forwards && neverCalled
            guard cancels ? !row.isPastReturn : isCorrected else { continue }
            handoffs[place].state = .stopped
            handoffs[place].dueAt = nil
            handoffs[place].cause = nil
            closeIncidents(because) { $0.handoff == row.id }
            journal.append(
                Rows.Entry(
                    handoff: row.id,
                    text: #"{"cause" : "\#(because)", "event" : "\#(arrival.eventID)", "what" : "stopped"}"#))
        }
    }

    /// Change orders that waited for this version need nobody any more.
    private mutating func baseArrived(_ arrival: Arrival) {
        for place in handoffs.indices {
            let row = handoffs[place]
            guard row.opportunity == arrival.opportunity, row.contract == arrival.contract,
                row.base == arrival.version, row.state == .behind
            else { continue }
            handoffs[place].dueAt = nil
            closeIncidents("base arrived") { $0.handoff == row.id && $0.incidentClass == .baseMissing }
        }
    }

    mutating func closeIncidents(_ resolution: String, where isMeant: (Rows.Incident) -> Bool) {
        for place in incidents.indices where incidents[place].state == .open && isMeant(incidents[place]) {
            incidents[place].state = .closed
            incidents[place].resolution = resolution
            incidents[place].dueAt = nil
        }
    }

    /// What a person must decide on: other content for a known version, or a difference that would be lost.
    private mutating func contradiction(
        _ arrival: Arrival, _ outcome: Admission.Outcome, _ handoff: UUID?, _ queue: String
    ) -> RawIncident? {
        let isLost = outcome == .stale && arrival.kind.stored == .change
        guard let handoff, outcome == .conflict || isLost else { return nil }
        return RawIncident(
            id: nextID(), cause: "\(outcome.rawValue)/\(arrival.source)/\(arrival.eventID)", handoff: handoff,
            queue: queue, incidentClass: outcome == .conflict ? .conflict : .lateChange,
            story: "event \(arrival.eventID) contradicts what is there", correlationID: arrival.correlationID,
            body: Array(arrival.body.utf8), headers: [:])
    }

    /// Opens an incident about a message; nil when its cause is known.
    mutating func open(_ incident: RawIncident, at now: Duration) -> UUID? {
        guard !incidents.contains(where: { $0.cause == incident.cause }) else { return nil }
        incidents.append(
            Rows.Incident(
                id: incident.id, cause: incident.cause, handoff: incident.handoff, step: nil, direction: nil,
                queue: incident.queue, incidentClass: incident.incidentClass, isBlocking: false,
                story: incident.story, correlationID: incident.correlationID, body: incident.body, round: 0,
                caseID: incident.id, dueAt: now + limits.ticketLease))
        return incident.id
    }
}
