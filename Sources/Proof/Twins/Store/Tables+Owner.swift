import Fleet
import FoundationEssentials
import Sagas
import Workers

extension Tables {
    /// Writes for a handoff, if the writer still owns it. What targets said counts in any case.
    mutating func commit(_ write: OwnerWrite, at now: Duration) throws -> WriteResult {
        var result = WriteResult(isOwner: false)
        if let place = owned(write.handoff, token: write.token) {
            result.isOwner = true
            try plan(write, place)
            for change in write.changes {
                apply(change, going: write.direction, at: now)
                if change.isInDoubt { noteDoubt(change.step) }
            }
            journal += write.entries.map { Rows.Entry(handoff: write.handoff, text: $0) }
            let mirrorTickets = write.status.map { want($0, for: write, at: now) } ?? []
            result.incident = openIncident(of: write, handoffs[place], at: now)
            if write.next == .compensated { openResidues(of: handoffs[place], write, at: now) }
            move(place, write, at: now)
            if handoffs[place].state == .ready { result.tickets = standInLine(place, at: now) }
            result.tickets += mirrorTickets
            if write.next.isClosing, !plants.contains(.laneNotReleased) {
                result.tickets += advance(write.opportunity, at: now)
            }
        }
        note(write.reports, at: now)
        let gate = write.calls.map { self.gate(of: $0, at: now) }
        if result.isOwner, let gate { result.gate = gate }
        return result
    }

    private mutating func plan(_ write: OwnerWrite, _ place: Int) throws {
        guard let planned = write.planned else { return }
        guard handoffs[place].plan == nil else { throw TwinError("the handoff has a plan already") }
        handoffs[place].plan = planned.body
        handoffs[place].steps = planned.steps.map {
            Rows.Step(label: $0.label, queue: $0.queue, isFinal: $0.isFinal, key: $0.key)
        }
    }

    private mutating func apply(_ change: OwnerWrite.StepChange, going direction: Direction, at now: Duration) {
        guard let place = place(of: change.step.handoff), handoffs[place].steps.indices.contains(change.step.ordinal)
        else { return }
        var step = handoffs[place].steps[change.step.ordinal]
        let isHidden = plants.contains(.noIntents) && (change.state == .intent || change.state == .undoing)
        if direction == .backwards {
            step.undoAttempts += change.failures
        } else {
            step.attempts += change.failures
        }
        if !isHidden {
            if !Self.mayBecome(change.state, after: step.state) {
                oddities.append("step \(step.key) became \(change.state) after \(step.state)")
            }
            step.state = change.state
        }
        if let time = change.settlesAfter { step.settledAt = now + time }
        step.receipt = change.receipt ?? step.receipt
        if change.endsAdoption { step.adoptID = nil }
        step.keptBecause = change.kept?.because
        step.keptOwner = change.kept?.owner
        handoffs[place].steps[change.step.ordinal] = step
        if let claim = change.claim { settle(claim, change, at: now) }
    }

    /// The states of a step, with what is found and taken back in one write.
    private static func mayBecome(_ next: StepRecord.State, after state: StepRecord.State) -> Bool {
        switch state {
        case .planned: [.planned, .intent, .done].contains(next)
        case .intent: next != .undone && next != .skipped
        case .done: [.done, .undoing, .kept].contains(next)
        case .undoing: [.undoing, .undone, .kept, .done].contains(next)
        case .undone, .kept, .skipped: false
        }
    }

    /// A claim that came to nothing is free at once.
    private mutating func settle(_ claim: Claim, _ change: OwnerWrite.StepChange, at now: Duration) {
        guard let place = claims.firstIndex(where: { $0.claim == claim }) else { return }
        if let receipt = change.receipt {
            claims[place].externalID = receipt.externalID
            claims[place].contentHash = receipt.contentHash
        } else if claims[place].externalID == nil, claims[place].holder == change.stepKey {
            claims[place].settledAt = now
        }
    }

    /// What could not be taken back and somebody has to deal with.
    private mutating func openResidues(of row: Rows.Handoff, _ write: OwnerWrite, at now: Duration) {
        let versions = handoffs.filter {
            $0.opportunity == row.opportunity && $0.contract == row.contract
                && ($0.id == row.id || row.kind == .cancel && $0.version < row.version)
        }
        for step in versions.flatMap(\.steps) where step.state == .kept && step.keptOwner != nil {
            let cause = "residue/\(row.id.lowercased)/\(step.key)"
            guard !incidents.contains(where: { $0.cause == cause }) else { continue }
            let id = nextID()
            file(
                Rows.Incident(
                    id: id, cause: cause, handoff: row.id, step: step.label, direction: .backwards, queue: step.queue,
                    incidentClass: .residue, isBlocking: false, story: step.keptBecause ?? "",
                    correlationID: row.correlationID, body: nil, round: row.requeues, caseID: id, dueAt: now), at: now)
        }
    }

    /// Due a ticket lease later: the writer publishes the copy itself, and the sweeper only if that was lost.
    private mutating func openIncident(of write: OwnerWrite, _ row: Rows.Handoff, at now: Duration) -> UUID? {
        guard let (incident, isBlocking) = write.incident else { return nil }
        let id = nextID()
        let cause = write.incidentCause(step: incident.step)
        guard !incidents.contains(where: { $0.cause == cause }) else { return id }
        let before = incidents.last {
            $0.handoff == write.handoff && $0.step == incident.step && $0.direction == write.incidentDirection
                && $0.isBlocking
        }
        file(
            Rows.Incident(
                id: id, cause: cause, handoff: write.handoff, step: incident.step, direction: write.incidentDirection,
                queue: write.queue, incidentClass: incident.incidentClass, isBlocking: isBlocking,
                story: incident.story, correlationID: row.correlationID, body: nil, round: row.requeues,
                caseID: before?.caseID ?? id, dueAt: now + limits.ticketLease, said: incident.said), at: now)
        return id
    }

    /// A wait for an approval that was given meanwhile is none.
    private mutating func move(_ place: Int, _ write: OwnerWrite, at now: Duration) {
        var row = handoffs[place]
        row.cause = nil
        row.queue = write.queue
        switch write.next {
        case .running(let lease):
            row.state = .running
            row.dueAt = now + lease
        case .ready(let queue):
            row.state = .ready
            row.queue = queue
        case .waiting(let wait):
            if isDecided(wait.cause, of: row.id) {
                row.state = .ready
            } else {
                row.state = .waiting
                row.cause = wait.cause.name
                row.dueAt = max(now + wait.time, wait.step.flatMap(settledAt) ?? .zero)
            }
        case .parked(let incident):
            row.state = .parked
            row.cause = incident.incidentClass.rawValue
            row.dueAt = nil
        case .finished, .compensated:
            row.state = write.next == .finished ? .finished : .compensated
            row.dueAt = nil
        }
        if case .waiting(let wait) = write.next, row.state == .waiting {
            switch wait.cause {
            case .paused, .approval: row.activeSince = now
            case .unavailable, .settling, .breaker: break
            }
        }
        row.direction = write.direction
        row.lastError = write.isProgress ? write.lastError : write.lastError ?? row.lastError
        if write.isProgress { row.takeovers = 0 }
        if let failure = write.planningFailure {
            row.planningAttempts += failure.isAttempt ? 1 : 0
            row.planningTarget = failure.target
        }
        row.publishes = 0
        if write.isProgress { row.troubledSince = nil }
        if row.state == .waiting || row.state == .parked { row.troubledSince = row.troubledSince ?? now }
        row.hasBegun = row.hasBegun || write.begins
        handoffs[place] = row
        if write.next.isClosing { wakeLooks(of: row, at: now) }
    }

    private func isDecided(_ cause: WaitCause, of handoff: UUID) -> Bool {
        guard case .approval(let gate, let hash) = cause else { return false }
        return approvals.contains { $0.handoff == handoff && $0.gate == gate && $0.planHash == hash }
    }

    /// From when on a step that is in doubt may be asked about.
    private func settledAt(_ id: StepRecord.ID) -> Duration? {
        guard let row = handoff(id.handoff), row.steps.indices.contains(id.ordinal) else { return nil }
        let step = row.steps[id.ordinal]
        return step.state == .intent || step.state == .undoing ? step.settledAt : nil
    }
}
