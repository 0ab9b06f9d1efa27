import Fleet
import FoundationEssentials
import Workers

/// Change orders whose base is not there: what people are asked about them, while the lane goes on.
extension Tables {
    /// Whether people were asked about a change order whose base can never come: it never becomes the head.
    func isLost(_ row: Rows.Handoff) -> Bool {
        row.state == .behind
            && incidents.contains { $0.handoff == row.id && $0.incidentClass == .baseStale && $0.state == .open }
    }

    /// A later version has begun or ended, or the contract was called off, so whatever came for the base would be stale; and what
    /// builds upon such a change order is lost with it. People are told at once.
    mutating func tellStaleBases(in opportunity: String, at now: Duration) {
        let waiting = handoffs.filter { $0.opportunity == opportunity && $0.state == .behind && $0.base != nil }
        var lost = waiting.filter(isOvertaken)
        while true {
            let upon = waiting.filter { row in
                !lost.contains { $0.id == row.id }
                    && lost.contains { $0.contract == row.contract && $0.version == row.base }
            }
            if upon.isEmpty { break }
            lost += upon
        }
        for row in lost {
            let cause = "base/stale/\(row.id.lowercased)"
            guard let place = place(of: row.id), !incidents.contains(where: { $0.cause == cause }) else { continue }
            handoffs[place].dueAt = nil
            let missing = incidents.first { $0.handoff == row.id && $0.incidentClass == .baseMissing }
            closeIncidents("superseded", at: now) { $0.id == missing?.id }
            ask(
                .baseStale, row, cause,
                "version \(row.version) changes version \(row.base ?? 0), which can no longer come",
                of: missing?.caseID, at: now)
        }
    }

    private func isOvertaken(_ row: Rows.Handoff) -> Bool {
        let others = handoffs.filter {
            $0.opportunity == row.opportunity && $0.contract == row.contract && $0.id != row.id
        }
        guard let base = row.base, !others.contains(where: { $0.version == base }) else { return false }
        return others.contains { other in
            other.version > base
                && (other.state != .behind || other.kind == .cancel && other.version < row.version)
        }
    }

    /// Change orders whose base has not come for long: people are told, and the lane stays free for it.
    mutating func tellBaseMissing(_ place: Int, at now: Duration) {
        let row = handoffs[place]
        handoffs[place].dueAt = nil
        let cause = "base/\(row.id.lowercased)"
        guard !incidents.contains(where: { $0.cause == cause }) else { return }
        ask(
            .baseMissing, row, cause,
            "version \(row.version) changes version \(row.base ?? 0), which has not arrived", at: now)
    }

    /// Asks people about a change order, in the next round of a case or in one of its own.
    private mutating func ask(
        _ incidentClass: IncidentClass, _ row: Rows.Handoff, _ cause: String, _ story: String, of known: UUID? = nil,
        at now: Duration
    ) {
        let id = nextID()
        file(
            Rows.Incident(
                id: id, cause: cause, handoff: row.id, step: nil, direction: nil, queue: row.queue,
                incidentClass: incidentClass, isBlocking: false, story: story, correlationID: row.correlationID,
                body: nil, round: known == nil ? 0 : 1, caseID: known ?? id, dueAt: now), at: now)
        tellQuestion(of: row, at: now)
    }

    /// Gives a change order up whose base is not there.
    mutating func discardQuestion(_ incident: UUID, at now: Duration) throws -> [Ticket] {
        let asked = incidents.first { $0.id == incident && $0.state == .open && $0.isQuestion }
        guard let row = asked?.handoff.flatMap(handoff), row.state == .behind, let place = place(of: row.id) else {
            throw TwinError("there is no such question any more")
        }
        handoffs[place].state = .discarded
        handoffs[place].dueAt = nil
        tellStaleBases(in: row.opportunity, at: now)
        closeIncidents("discarded", at: now) { $0.id == incident }
        return advance(row.opportunity, at: now)
    }

    /// Closes incidents; a status tells of those that were questions.
    mutating func closeIncidents(_ resolution: String, at now: Duration, where isMeant: (Rows.Incident) -> Bool) {
        for place in incidents.indices where incidents[place].state == .open && isMeant(incidents[place]) {
            incidents[place].state = .closed
            incidents[place].resolution = resolution
            incidents[place].dueAt = nil
            if incidents[place].isQuestion, let row = incidents[place].handoff.flatMap(handoff) {
                tellQuestion(of: row, at: now)
            }
        }
    }
}

extension Rows.Incident {
    /// Whether it is about a change order whose base is not there, and holds nothing else up.
    var isQuestion: Bool { incidentClass.lacksBase }
}
