import Sagas
import Workers

extension HandoffRunner {
    /// Announces the step and makes its effect; false when the handoff is out of this worker's hands.
    func perform(_ work: inout HandoffWork, _ place: Int, _ task: SagaTask<S.Plan>) async throws -> Bool {
        let asked = host.now()
        guard try await passKnownGate(&work, place, task) else { return false }
        var claimed: Receipt?
        var mustLookFirst = false
        if let claim = task.claim {
            // The claim is this transaction's: what is gathered must be committed under the same ownership first.
            if work.hasChanges { guard try await commitRunning(&work, task.timing).isOwner else { return false } }
            switch try await store.claim(work.claimRequest(claim, task.timing, place)) {
            case .exists(let receipt): claimed = receipt
            case .granted(let look): mustLookFirst = look
            case .busy:
                try await wait(&work, place, .unavailable(.claimed), for: .seconds(1), reason: nil)
                return false
            }
        }
        guard let gate = try await announce(&work, place, task) else { return false }
        let attempt = work.attempt(place, claim: task.claim, claimed: claimed, deadline: asked + task.timing.budget)
        let announced = work
        return try await settle(&work, place, task, gate) { work in
            var attempt = attempt
            if mustLookFirst, case .present(let receipt) = try await task.step.find(for: task.plan, on: attempt) {
                // Another deal may have made it, with other data: compared and changed like any that is known.
                attempt = announced.attempt(place, claim: task.claim, claimed: receipt, deadline: attempt.deadline)
            }
            let receipt = try await task.step.perform(for: task.plan, on: attempt)
            crashes.reached(.answerBeforeOutcome)
            try work.markDone(place, receipt: receipt, claim: task.claim, wasFound: false)
        }
    }

    /// Announces taking the step's effect back, and takes it back; what deals share, or what was there before, stays.
    func compensate(_ work: inout HandoffWork, _ place: Int, _ task: SagaTask<S.Plan>) async throws -> Bool {
        let asked = host.now()
        guard let receipt = work.steps[place].receipt else {
            throw Refused(.unknown, "step \(work.steps[place].label) is done and left no receipt")
        }
        if task.claim != nil || receipt.origin == .linked {
            let because = task.claim == nil ? "it was there before" : "it is shared with other deals"
            try work.markUndone(place, as: .kept(because: because, owner: nil), wasFound: false)
            return true
        }
        guard try await passKnownGate(&work, place, task), let gate = try await announce(&work, place, task) else {
            return false
        }
        let attempt = work.attempt(place, claim: nil, claimed: nil, deadline: asked + task.timing.budget)
        return try await settle(&work, place, task, gate) { work in
            let undone = try await task.step.compensate(receipt, for: task.plan, on: attempt)
            crashes.reached(.undoAnswerBeforeOutcome)
            try work.markUndone(place, as: undone, wasFound: false)
        }
    }

    /// Asks the target what an announced call did.
    func readBack(_ work: inout HandoffWork, _ place: Int, _ task: SagaTask<S.Plan>) async throws -> Bool {
        try await ask(&work, place, task) { work, deadline in
            let attempt = work.attemptToFind(place, claim: task.claim, deadline: deadline)
            switch try await task.step.find(for: task.plan, on: attempt) {
            case .present(let receipt):
                try work.markDone(place, receipt: receipt, claim: task.claim, wasFound: true)
            case .absent: try work.markAbsent(place)
            case .unfinished(let retryAfter): return retryAfter
            }
            return nil
        }
    }

    /// Asks the target whether what was to be taken back is still there.
    func readBackUndo(_ work: inout HandoffWork, _ place: Int, _ task: SagaTask<S.Plan>) async throws -> Bool {
        try await ask(&work, place, task) { work, deadline in
            let attempt = work.attemptToFind(place, claim: task.claim, deadline: deadline)
            switch try await task.step.find(for: task.plan, on: attempt) {
            case .present: try work.markStanding(place)
            case .absent: try work.markUndone(place, as: .undone, wasFound: true)
            case .unfinished(let retryAfter): return retryAfter
            }
            return nil
        }
    }

    /// Asks the target for what a person made by hand, and takes it for the step's own when it is there.
    func adopt(_ work: inout HandoffWork, _ place: Int, _ task: SagaTask<S.Plan>) async throws -> Bool {
        guard let externalID = work.steps[place].adoptID else { return true }
        var isMissing = false
        let isInHand = try await ask(&work, place, task) { work, deadline in
            let attempt = work.attemptToFind(place, claim: task.claim, deadline: deadline)
            switch try await task.step.find(externalID, for: task.plan, on: attempt) {
            case .present(let receipt):
                try work.markDone(place, receipt: receipt, claim: task.claim, wasFound: true)
            case .absent: isMissing = true
            case .unfinished(let retryAfter): return retryAfter
            }
            return nil
        }
        guard isInHand, isMissing else { return isInHand }
        work.endAdoption(place)
        try await park(
            &work, .adoptionUnconfirmed, "\(task.target) does not know '\(externalID)'", step: work.steps[place].label)
        return false
    }

    /// Makes one reading call, whose failures are the step's, and which settles nothing by failing. `call` answers how
    /// long the target still needs, if it is not through.
    private func ask(
        _ work: inout HandoffWork, _ place: Int, _ task: SagaTask<S.Plan>,
        _ call: (inout HandoffWork, ContinuousClock.Instant) async throws -> Duration?
    ) async throws -> Bool {
        let deadline = host.now() + task.timing.budget
        guard try await passKnownGate(&work, place, task) else { return false }
        let gate = try await store.gate(of: task.target)
        if case .shut(let cause, let time) = gate {
            gates.note(gate, of: task.target)
            try await wait(&work, place, cause, for: time, reason: nil)
            return false
        }
        let unfinished: Duration?
        do {
            unfinished = try await call(&work, deadline)
        } catch let refused as Refused {
            report(&work, .well, task, gate)
            return try await refuse(&work, place, task, refused)
        } catch let error where !(error is CancellationError) {
            return try await retryLater(&work, place, task, error, gate, afterCall: false)
        }
        report(&work, .well, task, gate)
        guard let unfinished else { return true }
        try await wait(&work, place, .unavailable(.accepted), for: unfinished, reason: nil)
        return false
    }

    /// Commits the intent; answers the target's gate, or nil when nothing may be called.
    private func announce(
        _ work: inout HandoffWork, _ place: Int, _ task: SagaTask<S.Plan>
    ) async throws -> TargetGate? {
        try work.announceCall(place, timing: task.timing)
        let result = try await commitRunning(&work, task.timing, calling: task.target)
        guard result.isOwner else { return nil }
        if case .shut(let cause, let time) = result.gate {
            gates.note(result.gate, of: task.target)
            work.withdrawCall(place, claim: task.claim)
            try await wait(&work, place, cause, for: time, reason: nil)
            return nil
        }
        crashes.reached(work.direction == .forwards ? .intentBeforeCall : .undoIntentBeforeCall)
        return result.gate
    }

    /// Runs the call and writes down what came of it. Returned is done; refused is surely not done; anything else is in
    /// doubt.
    private func settle(
        _ work: inout HandoffWork, _ place: Int, _ task: SagaTask<S.Plan>, _ gate: TargetGate,
        _ call: (inout HandoffWork) async throws -> Void
    ) async throws -> Bool {
        metrics.attempts(step: type(of: task.step).name, queue: queue.name)
        do {
            try await call(&work)
            report(&work, .well, task, gate)
            return true
        } catch let refused as Refused {
            report(&work, .well, task, gate)
            work.withdrawCall(place, claim: task.claim)
            return try await refuse(&work, place, task, refused)
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            return try await retryLater(&work, place, task, error, gate, afterCall: true)
        }
    }

    /// A person is asked; or what came before is undone, where the step says so and nothing is past its return.
    private func refuse(
        _ work: inout HandoffWork, _ place: Int, _ task: SagaTask<S.Plan>, _ refused: Refused
    ) async throws -> Bool {
        let label = work.steps[place].label
        work.entries.append(try JournalEntry.refused(step: label, incidentClass: refused.incidentClass))
        guard work.direction == .forwards, task.step.onRefusal == .undo, !work.isPastReturn else {
            try await park(&work, refused.incidentClass, refused.reason, step: label)
            return false
        }
        work.notice = .init(incidentClass: refused.incidentClass, story: refused.reason, step: label)
        work.lastError = refused.reason
        work.entries.append(try JournalEntry.turnedBack())
        work.turnBack()
        return try await commitRunning(&work, task.timing).isOwner
    }

    /// Puts the step off. What the target says of a call settles that call; what it says of a read-back settles nothing.
    private func retryLater(
        _ work: inout HandoffWork, _ place: Int, _ task: SagaTask<S.Plan>, _ error: any Error, _ gate: TargetGate,
        afterCall: Bool
    ) async throws -> Bool {
        let unavailable =
            error as? Unavailable ?? Unavailable(.failure, target: task.target, reason: "\(type(of: error))")
        let label = work.steps[place].label
        logger.log(
            level: unavailable.isAttempt ? .warning : .info, "step is tried again later",
            metadata: work.metadata(step: label, "cause", unavailable.cause.rawValue, "reason", unavailable.reason))
        // The fleet's probe asks for the target's sake: it is not this handoff's failure.
        let isAttempt = unavailable.isAttempt && gate != .probe
        let failures = work.steps[place].attempts + (isAttempt ? 1 : 0)
        let backoff = queue.backoff.wait(afterFailures: max(failures, 1), fraction: host.fraction())
        let wait = max(backoff, unavailable.retryAfter ?? .zero)
        switch unavailable.cause {
        case .failure:
            report(&work, .failed(reason: unavailable.reason), task, gate)
            if isAttempt { work.countFailure(place) }
        case .throttled:
            report(&work, .throttled(for: unavailable.retryAfter ?? backoff), task, gate)
            if afterCall, !unavailable.leavesDoubt { work.withdrawCall(place, claim: task.claim) }
        case .accepted:
            crashes.reached(.acceptedBeforeNoted)
            report(&work, .well, task, gate)
            if afterCall { work.markAccepted(place) }
        case .claimed: break
        }
        if isAttempt, queue.backoff.isUsedUp(afterFailures: failures) {
            try await park(
                &work, .attemptsUsedUp, "\(failures) attempts failed, the last with: \(unavailable.reason)",
                step: label)
            return false
        }
        try await self.wait(&work, place, .unavailable(unavailable.cause), for: wait, reason: unavailable.description)
        return false
    }

    /// What is not worth telling the fleet stays out of the write.
    private func report(
        _ work: inout HandoffWork, _ answer: TargetReport.Answer, _ task: SagaTask<S.Plan>, _ gate: TargetGate
    ) {
        if answer == .well, !gate.wantsSuccess { return }
        work.reports.append(TargetReport(target: task.target, answer: answer, wasProbe: gate == .probe))
    }

    /// Whether the target may be called, as far as this worker has heard; puts the step off when not.
    private func passKnownGate(
        _ work: inout HandoffWork, _ place: Int, _ task: SagaTask<S.Plan>
    ) async throws -> Bool {
        guard case .shut(let cause, let time) = gates.known(of: task.target) else { return true }
        try await wait(&work, place, cause, for: time, reason: nil)
        return false
    }
}
