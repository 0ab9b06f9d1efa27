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
        let waiting = waiting(arrival.opportunity)
        let decision = signatureDecision(
            isKnown: known != nil, holder: lane.versions.first { $0.handoff == known?.handoff }, begun: begun,
            waits: !waiting.isEmpty, text: signed.sowHash, in: lane)
        if known == nil, let handoff = decision.of?.handoff {
            joinSignature(signatures.count - 1, to: handoff)
            result.tickets += interrupt(arrival.opportunity, signed, at: now)
            result.tickets += resume(arrival.opportunity, at: now)
        }
        if decision.isMismatch, let text = signed.sowHash {
            let deal = waiting.first { $0.sowHash != nil }
            if decision.of == nil { tell(signed.envelope) }
            let incident = mismatch(
                signed.envelope, text, arrival, contract: decision.of?.contract ?? deal?.contract ?? "",
                version: decision.of?.version ?? deal?.version ?? 0, handoff: decision.of?.handoff, queue)
            result.incident = result.incident ?? open(incident, at: now)
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
        let view = lane(opportunity)
        let waiting = unsignedDeals.indices.filter {
            unsignedDeals[$0].state == .kept && unsignedDeals[$0].arrival.opportunity == opportunity
                && view.isSigned(unsignedDeals[$0].arrival)
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
            where events[event].source == deal.source && events[event].eventID == deal.eventID
                && events[event].contentHash == deal.contentHash && events[event].admission.outcome == .ignored
            {
                events[event].handoff = handoff
            }
        }
        return begun
    }

    /// A deal has come: what waited for it joins its handoff, and nobody need be told any more.
    mutating func joinSignatures(of opportunity: String, to handoff: UUID, at now: Duration) {
        for place in signatures.indices
        where signatures[place].opportunity == opportunity && signatures[place].state != .joined {
            joinSignature(place, to: handoff)
            let envelope = signatures[place].envelope
            closeIncidents("deal arrived", at: now) { incident in
                incident.cause == "signature/\(envelope)"
                    || incident.handoff == nil && incident.cause.hasPrefix("sow/\(envelope)/")
            }
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

    /// What a person was asked about because another text was signed goes on once its own text was signed last.
    private mutating func resume(_ opportunity: String, at now: Duration) -> [Ticket] {
        handoffs.indices.compactMap { place in
            var row = handoffs[place]
            guard row.opportunity == opportunity, row.state == .parked, row.direction == .forwards,
                row.kind != .cancel, let own = row.sowHash, let latest = latestSignature(of: row),
                latest.sowHash == own,
                incidents.contains(where: {
                    $0.handoff == row.id && $0.isBlocking && $0.state == .open && $0.incidentClass == .sowMismatch
                })
            else { return nil }
            row.state = .ready
            row.cause = nil
            row.takeovers = 0
            row.publishes = 0
            row.planningAttempts = 0
            row.requeues += 1
            row.activeSince = now
            row.dueAt = now + limits.ticketLease
            handoffs[place] = row
            forgetAttempts(of: row)
            closeIncidents("signed", at: now) { $0.handoff == row.id && $0.isBlocking }
            journal.append(
                Rows.Entry(
                    handoff: row.id,
                    text: #"{"cause" : "sow_mismatch", "event" : "\#(latest.envelope)", "what" : "signed"}"#))
            return ticket(of: row)
        }
    }

    /// The deals of an opportunity that wait, in the order of their contracts.
    private func waiting(_ opportunity: String) -> [Arrival] {
        unsignedDeals.filter { $0.state == .kept && $0.arrival.opportunity == opportunity }.map(\.arrival)
            .sorted { $0.contract < $1.contract }
    }

    /// What was signed of the opportunity over another text than that of a deal that waits, and is no other deal's either.
    mutating func tellOtherTexts(than arrival: Arrival, _ queue: String, at now: Duration) {
        guard let own = arrival.sowHash else { return }
        let lane = lane(arrival.opportunity)
        let waiting = waiting(arrival.opportunity)
        let unheard = signatures.filter { $0.opportunity == arrival.opportunity && $0.state == .waiting }
            .sorted { $0.envelope < $1.envelope }
        for row in unheard {
            guard let text = row.sowHash, text != own, !lane.knows(text: text),
                !waiting.contains(where: { $0.sowHash == text })
            else { continue }
            tell(row.envelope)
            _ = open(
                mismatch(
                    row.envelope, text, arrival, contract: arrival.contract, version: arrival.version, handoff: nil,
                    queue), at: now)
        }
    }

    private mutating func tell(_ envelope: String) {
        for place in signatures.indices where signatures[place].envelope == envelope {
            guard signatures[place].state == .waiting else { continue }
            signatures[place].state = .alerted
            signatures[place].dueAt = nil
        }
    }

    private mutating func mismatch(
        _ envelope: String, _ text: String, _ arrival: Arrival, contract: String, version: Int, handoff: UUID?,
        _ queue: String
    ) -> RawIncident {
        var facts = DealFacts()
        facts.opportunity = arrival.opportunity
        facts.contract = contract.isEmpty ? nil : contract
        facts.version = version > 0 ? version : nil
        return RawIncident(
            id: nextID(), cause: "sow/\(envelope)/\(contract)/\(version)", handoff: handoff, queue: queue,
            incidentClass: .sowMismatch, story: "envelope \(envelope) is of another text",
            correlationID: arrival.correlationID, body: nil, headers: [:], facts: facts)
    }

    /// What was signed last of a handoff: of its own text rather than of another one at the same moment, of a text rather
    /// than of none, and never of a text that is another deal's of the opportunity.
    func latestSignature(of row: Rows.Handoff) -> Rows.Signature? {
        let others =
            handoffs.filter { $0.opportunity == row.opportunity && $0.id != row.id }.map(\.sowHash)
            + waiting(row.opportunity).map(\.sowHash)
        func rank(_ signature: Rows.Signature) -> (Int, Date, Int, String) {
            (
                signature.sowHash == nil ? 0 : 1, signature.signedAt, signature.sowHash == row.sowHash ? 1 : 0,
                signature.envelope
            )
        }
        return signatures.filter { signature in
            signature.opportunity == row.opportunity
                && (signature.sowHash == nil || signature.sowHash == row.sowHash
                    || !others.contains(signature.sowHash))
        }.max { rank($0) < rank($1) }
    }

    /// How the latest signature contradicts a deal that is planned.
    func contradiction(of row: Rows.Handoff) -> String? {
        guard row.plan != nil, let own = row.sowHash, let signature = latestSignature(of: row),
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
            file(
                Rows.Incident(
                    id: id, cause: "signature/\(signatures[place].envelope)", handoff: nil, step: nil, direction: nil,
                    queue: queue, incidentClass: .signatureUnmatched, isBlocking: false,
                    story: "no deal of opportunity \(signatures[place].opportunity) has arrived",
                    correlationID: signatures[place].correlationID, body: nil, round: 0, caseID: id, dueAt: now),
                at: now)
        }
    }
}
