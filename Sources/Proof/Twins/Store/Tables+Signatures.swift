import Fleet
import FoundationEssentials
import Sagas
import Workers

extension Tables {
    /// The latest version of a contract waits for its signature.
    mutating func keep(_ arrival: Arrival) {
        let known = unsignedDeals.firstIndex {
            $0.arrival.opportunity == arrival.opportunity && $0.arrival.contract == arrival.contract
        }
        guard let known else { return unsignedDeals.append(Rows.UnsignedDeal(arrival: arrival)) }
        if unsignedDeals[known].arrival.version <= arrival.version {
            unsignedDeals[known] = Rows.UnsignedDeal(arrival: arrival)
        }
    }

    /// Begins what has waited for the signature, and decides where it belongs.
    mutating func join(
        _ arrival: Arrival, _ signed: Arrival.Signed, into queue: String, at now: Duration
    ) throws -> IntakeResult {
        let known = signatures.first { $0.envelope == signed.envelope }
        var result = IntakeResult(
            admission: Admission(
                outcome: .ignored, reason: nil, handoff: nil, correlationID: arrival.correlationID, isCopy: false))
        var begun: [LaneView.Version] = []
        if known == nil {
            // Without a handoff yet, so that the deals which waited for it see that it is there.
            signatures.append(
                Rows.Signature(
                    envelope: signed.envelope, opportunity: arrival.opportunity, sowHash: signed.sowHash,
                    signedAt: signed.signedAt, correlationID: arrival.correlationID, body: arrival.body,
                    state: .waiting, dueAt: now + limits.signaturePatience))
            begun = try beginUnsigned(arrival.opportunity, into: queue, at: now, &result)
        }
        let lane = lane(arrival.opportunity)
        let decision = signatureDecision(
            isKnown: known != nil, holder: lane.versions.first { $0.handoff == known?.handoff }, begun: begun, in: lane)
        if known == nil, let handoff = decision.of?.handoff {
            joinSignature(signatures.count - 1, to: handoff)
            result.tickets += interrupt(arrival.opportunity, signed, at: now)
        }
        result.admission = Admission(
            outcome: decision.outcome, reason: decision.reason, handoff: decision.of?.handoff,
            correlationID: decision.of?.correlationID ?? arrival.correlationID, isCopy: false)
        return result
    }

    private mutating func beginUnsigned(
        _ opportunity: String, into queue: String, at now: Duration, _ result: inout IntakeResult
    ) throws -> [LaneView.Version] {
        var begun: [LaneView.Version] = []
        let waiting = unsignedDeals.indices.filter {
            unsignedDeals[$0].state == .kept && unsignedDeals[$0].arrival.opportunity == opportunity
        }.sorted { unsignedDeals[$0].arrival.contract < unsignedDeals[$1].arrival.contract }
        for place in waiting {
            var deal = unsignedDeals[place].arrival
            deal.waitsForSignature = false
            let decided = try admit(deal: deal, into: queue, at: now)
            let isBegun = decided.admission.outcome == .accepted
            unsignedDeals[place].state = isBegun ? .begun : .dropped
            unsignedDeals[place].handoff = isBegun ? decided.admission.handoff : nil
            result.tickets += decided.tickets
            result.incident = result.incident ?? decided.incident
            guard isBegun, let handoff = decided.admission.handoff else { continue }
            begun += lane(opportunity).versions.filter { $0.handoff == handoff }
            for event in events.indices
            where events[event].source == deal.source && events[event].eventID == deal.eventID {
                events[event].handoff = handoff
            }
        }
        return begun
    }

    /// A deal has come: what waited for it joins its handoff, and nobody need be told any more.
    mutating func joinSignatures(of opportunity: String, to handoff: UUID) {
        for place in signatures.indices
        where signatures[place].opportunity == opportunity && signatures[place].state != .joined {
            joinSignature(place, to: handoff)
            let cause = "signature/\(signatures[place].envelope)"
            closeIncidents("deal arrived") { $0.cause == cause }
        }
    }

    private mutating func joinSignature(_ place: Int, to handoff: UUID) {
        guard signatures[place].state != .joined else { return }
        signatures[place].state = .joined
        signatures[place].handoff = handoff
        signatures[place].dueAt = nil
    }

    /// Whoever works on a deal without knowing what was signed begins anew.
    private mutating func interrupt(_ opportunity: String, _ signed: Arrival.Signed, at now: Duration) -> [Ticket] {
        handoffs.indices.compactMap { place in
            let row = handoffs[place]
            guard row.opportunity == opportunity, row.kind != .cancel, row.direction == .forwards else { return nil }
            if row.plan == nil {
                guard row.state == .running else { return nil }
            } else {
                guard row.state == .running || row.state == .waiting, let own = row.sowHash, let hash = signed.sowHash,
                    own != hash
                else { return nil }
            }
            handoffs[place].state = .ready
            handoffs[place].cause = nil
            handoffs[place].publishes = 0
            handoffs[place].dueAt = now + limits.ticketLease
            return ticket(of: handoffs[place])
        }
    }

    /// What was signed last of an opportunity.
    func latestSignature(of opportunity: String) -> Rows.Signature? {
        signatures.filter { $0.opportunity == opportunity }
            .max { ($0.signedAt, $0.envelope) < ($1.signedAt, $1.envelope) }
    }

    /// How the latest signature contradicts a deal that is planned.
    func contradiction(of row: Rows.Handoff) -> String? {
        guard row.plan != nil, let own = row.sowHash, let signature = latestSignature(of: row.opportunity),
            let hash = signature.sowHash, own != hash
        else { return nil }
        return
            "envelope \(signature.envelope) was signed over the statement of work \(hash.prefix(12)), and the handoff "
            + "is planned by \(own.prefix(12))"
    }

    /// Signatures whose deal has not come: people are told, and nothing is held up.
    mutating func tellUnmatched(in queue: String, at now: Duration) {
        for place in signatures.indices where signatures[place].state == .waiting {
            guard let due = signatures[place].dueAt, due <= now else { continue }
            signatures[place].state = .alerted
            signatures[place].dueAt = nil
            let id = nextID()
            incidents.append(
                Rows.Incident(
                    id: id, cause: "signature/\(signatures[place].envelope)", handoff: nil, step: nil, direction: nil,
                    queue: queue, incidentClass: .signatureUnmatched, isBlocking: false,
                    story: "no deal of opportunity \(signatures[place].opportunity) has arrived",
                    correlationID: signatures[place].correlationID, body: nil, round: 0, caseID: id, dueAt: now))
        }
    }
}
