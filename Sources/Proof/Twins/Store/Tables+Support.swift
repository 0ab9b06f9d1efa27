import Fleet
import FoundationEssentials
import Sagas

/// What a person does about a parked handoff, as far as a simulation needs it: transitions 16 to 18 and 20.
package enum SupportAct: Sendable, Equatable {
    /// Goes on where it stopped; `adopting` names what was made by hand in the refused step's place.
    case requeue(adopting: String?)
    /// Takes back what was done.
    case undo
    /// Closes it and leaves what was done as it is; gives a change order up whose base is not there.
    case keep
}

extension Tables {
    /// Acts on an open incident that parks a handoff, or asks about one that waits for its base; throws, changing nothing,
    /// where the protocol forbids it.
    mutating func act(_ act: SupportAct, on incident: UUID, at now: Duration) throws -> [Ticket] {
        if act == .keep, incidents.contains(where: { $0.id == incident && $0.isQuestion }) {
            return try discardQuestion(incident, at: now)
        }
        guard let open = incidents.firstIndex(where: { $0.id == incident && $0.state == .open && $0.isBlocking }),
            let place = incidents[open].handoff.flatMap(place), handoffs[place].state == .parked
        else { throw TwinError("there is no such incident any more") }
        var row = handoffs[place]
        switch act {
        case .requeue(let adoptID):
            row.requeues += 1
            if let adoptID, let step = row.steps.firstIndex(where: { $0.label == incidents[open].step }) {
                row.steps[step].adoptID = adoptID
            }
        case .undo:
            guard row.kind != .cancel, !row.isPastReturn else { throw TwinError("it is past the point of no return") }
            row.direction = .backwards
            row.requeues += 1
        case .keep:
            guard row.kind != .cancel else { throw TwinError("a cancellation cannot be discarded") }
            let isInDoubt = row.steps.contains { $0.state == .intent || $0.state == .undoing }
            guard !isInDoubt || plants.contains(.doubtIsNoBar) else {
                throw TwinError("it is not known whether a step took effect; requeue to find out")
            }
            for step in row.steps.indices where row.steps[step].state == .done {
                row.steps[step].state = .kept
                row.steps[step].keptBecause = "a person kept it"
            }
        }
        let isDiscarded = act == .keep
        row.state = isDiscarded ? .discarded : .ready
        row.cause = nil
        row.takeovers = 0
        row.publishes = 0
        row.planningAttempts = 0
        row.activeSince = now
        row.dueAt = isDiscarded ? nil : now + limits.ticketLease
        handoffs[place] = row
        if isDiscarded { wakeLooks(of: row, at: now) }
        forgetAttempts(of: row)
        closeIncidents("\(act)", at: now) { $0.id == incident }
        return isDiscarded ? advance(row.opportunity, at: now) : [ticket(of: row)]
    }

    mutating func forgetAttempts(of row: Rows.Handoff) {
        for place in handoffs.indices {
            let other = handoffs[place]
            let isTakenBack =
                row.kind == .cancel && other.opportunity == row.opportunity && other.contract == row.contract
                && other.version < row.version
            guard other.id == row.id || isTakenBack else { continue }
            for step in other.steps.indices {
                handoffs[place].steps[step].attempts = 0
                handoffs[place].steps[step].undoAttempts = 0
            }
        }
    }

    /// Decides at the gate at which a handoff waits.
    mutating func decide(_ handoff: UUID, isApproved: Bool, at now: Duration) throws -> [Ticket] {
        guard let place = place(of: handoff), handoffs[place].state == .waiting,
            let parts = handoffs[place].cause?.split(separator: ":"), parts.count == 3, parts[0] == "approval"
        else { throw TwinError("the handoff waits for no approval") }
        approvals.append(
            Rows.Approval(
                handoff: handoff, gate: String(parts[1]), planHash: String(parts[2]), isApproved: isApproved))
        handoffs[place].state = .ready
        handoffs[place].cause = nil
        handoffs[place].dueAt = now + limits.ticketLease
        return [ticket(of: handoffs[place])]
    }
}
