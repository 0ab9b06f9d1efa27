import Sagas
import Workers

extension HandoffRunner {
    /// How long calls for `task` may take and hide.
    func timing(of task: SagaTask<S.Plan>) -> CallTiming { store.limits.targets[task.target] ?? task.step.timing }

    /// Looks whether there is anything to do, announces the step and makes its effect; false when the handoff is out of
    /// this worker's hands.
    func perform(_ work: inout HandoffWork, _ place: Int, _ task: SagaTask<S.Plan>) async throws -> Bool {
        guard try await passKnownGate(&work, place, task) else { return false }
        var claimed: Receipt?
        var mustLookFirst = false
        if let claim = task.claim {
            // The claim is this transaction's: what is gathered must be committed under the same ownership first.
            if work.hasChanges { guard try await hold(&work, for: timing(of: task).budget) else { return false } }
            switch try await store.claim(work.claimRequest(claim, timing(of: task), place)) {
            case .exists(let receipt): claimed = receipt
            case .granted(let look): mustLookFirst = look
            case .busy:
                try await wait(&work, place, .unavailable(.claimed), for: .seconds(1), reason: nil)
                return false
            }
        }
        // Another deal may have made it, with other data: compared and changed like any that is known.
        if mustLookFirst {
            guard
                try await ask(
                    &work, place, task,
                    { work, deadline in
                        let attempt = work.attemptToFind(place, claim: task.claim, deadline: deadline)
                        if case .present(let receipt) = try await task.step.find(for: task.plan, on: attempt) {
                            claimed = receipt
                        }
                        return nil
                    })
            else { return false }
        }
        if task.step.looksFirst(for: task.plan) {
            guard try await look(&work, place, task, claimed) else { return false }
            if work.steps[place].state == .done { return true }
        }
        return try await call(&work, place, task, claimed)
    }

    /// Asks whether the step's effect is there already, in time of its own and before anything is announced.
    private func look(
        _ work: inout HandoffWork, _ place: Int, _ task: SagaTask<S.Plan>, _ claimed: Receipt?
    ) async throws -> Bool {
        try await ask(&work, place, task) { work, deadline in
            let attempt = work.attempt(place, claim: task.claim, claimed: claimed, deadline: deadline)
            switch try await task.step.look(for: task.plan, on: attempt) {
            case .present(let receipt):
                try work.markDone(place, receipt: receipt, claim: task.claim, wasFound: true)
            case .absent: break
            case .unfinished(let retryAfter): return retryAfter
            }
            return nil
        }
    }

    private func call(
        _ work: inout HandoffWork, _ place: Int, _ task: SagaTask<S.Plan>, _ claimed: Receipt?
    ) async throws -> Bool {
        let window = Window(from: host.now(), timing(of: task))
        guard let gate = try await announce(&work, place, task) else { return false }
        let attempt = work.attempt(
            place, claim: task.claim, claimed: claimed, sendBy: window.sendBy, deadline: window.deadline)
        return try await settle(&work, place, task, gate, window) { work in
            let receipt = try await task.step.perform(for: task.plan, on: attempt)
            crashes.reached(.answerBeforeOutcome)
            try work.markDone(place, receipt: receipt, claim: task.claim, wasFound: false)
        }
    }

    /// Announces taking the step's effect back, and takes it back; what deals share, or what was there before, stays.
    func compensate(_ work: inout HandoffWork, _ place: Int, _ task: SagaTask<S.Plan>) async throws -> Bool {
        guard let receipt = work.steps[place].receipt else {
            throw Refused(.unknown, "step \(work.steps[place].label) is done and left no receipt")
        }
        if task.claim != nil || receipt.origin == .linked {
            let because = task.claim == nil ? "it was there before" : "it is shared with other deals"
            try work.markUndone(place, as: .kept(because: because, owner: nil), wasFound: false)
            return true
        }
        guard try await passKnownGate(&work, place, task) else { return false }
        let window = Window(from: host.now(), timing(of: task))
        guard let gate = try await announce(&work, place, task) else { return false }
        let attempt = work.attempt(
            place, claim: nil, claimed: nil, sendBy: window.sendBy, deadline: window.deadline)
        return try await settle(&work, place, task, gate, window) { work in
            let undone = try await task.step.compensate(receipt, for: task.plan, on: attempt)
            crashes.reached(.undoAnswerBeforeOutcome)
            try work.markUndone(place, as: undone, wasFound: false)
        }
    }

    /// Asks the target what an announced call did.
    func readBack(_ work: inout HandoffWork, _ place: Int, _ task: SagaTask<S.Plan>) async throws -> Bool {
        noteTakeover(&work, place)
        let isInHand = try await ask(&work, place, task) { work, deadline in
            let attempt = work.attemptToFind(place, claim: task.claim, deadline: deadline)
            switch try await task.step.find(for: task.plan, on: attempt) {
            case .present(let receipt):
                try work.markDone(place, receipt: receipt, claim: task.claim, wasFound: true)
            case .absent: try work.markAbsent(place)
            case .unfinished(let retryAfter): return retryAfter
            }
            return nil
        }
        guard isInHand, work.steps[place].state == .planned, work.direction == .forwards else { return isInHand }
        return try await passBackoff(&work, place, task)
    }

    /// Asks the target whether what was to be taken back is still there.
    func readBackUndo(_ work: inout HandoffWork, _ place: Int, _ task: SagaTask<S.Plan>) async throws -> Bool {
        noteTakeover(&work, place)
        let isInHand = try await ask(&work, place, task) { work, deadline in
            let attempt = work.attemptToFind(place, claim: task.claim, deadline: deadline)
            switch try await task.step.find(for: task.plan, on: attempt) {
            case .present: try work.markStanding(place)
            case .absent: try work.markUndone(place, as: .undone, wasFound: true)
            case .unfinished(let retryAfter): return retryAfter
            }
            return nil
        }
        guard isInHand, work.steps[place].state == .done else { return isInHand }
        return try await passBackoff(&work, place, task)
    }

    /// Who called and did not say how it ended may still be calling: frozen, or ahead of the database's clock.
    private func noteTakeover(_ work: inout HandoffWork, _ place: Int) {
        if work.taken.takeovers > 0 || work.taken.kind == .cancel { work.noteDoubt(place) }
    }

    /// Whether what failed may be tried again at once: it was asked about as soon as that counted, and what is left of
    /// the back-off comes after that.
    private func passBackoff(
        _ work: inout HandoffWork, _ place: Int, _ task: SagaTask<S.Plan>
    ) async throws -> Bool {
        let failures = work.steps[place].attempts
        guard failures > 0 else { return true }
        let backoff = queue.backoff.wait(afterFailures: failures, fraction: host.fraction())
        // It failed within its budget: what is sure to have passed since then is the settling time.
        let left = backoff - timing(of: task).settle
        guard left > .zero else { return true }
        try await wait(&work, place, .unavailable(.failure), for: left, reason: nil)
        return false
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
        guard try await passKnownGate(&work, place, task) else { return false }
        guard try await hold(&work, for: timing(of: task).budget) else { return false }
        let gate = try await store.gate(of: task.target)
        if case .shut(let cause, let time) = gate {
            gates.note(gate, of: task.target)
            try await wait(&work, place, cause, for: time, reason: nil)
            return false
        }
        let unfinished: Duration?
        do {
            unfinished = try await call(&work, host.now() + timing(of: task).budget)
        } catch let refused as Refused {
            report(&work, .well, task, gate)
            giveClaimBack(&work, place, task)
            return try await refuse(&work, place, task, refused)
        } catch let error where !(error is CancellationError) {
            return try await retryLater(&work, place, task, error, gate, after: nil)
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
        let timing = timing(of: task)
        try work.announceCall(place, timing: timing)
        let result = try await commitRunning(&work, lease: timing.untilSettled, calling: task.target)
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

    /// Runs the call and writes down what came of it. Returned is done; refused or not sent is surely not done; anything
    /// else is in doubt.
    private func settle(
        _ work: inout HandoffWork, _ place: Int, _ task: SagaTask<S.Plan>, _ gate: TargetGate, _ window: Window,
        _ call: (inout HandoffWork) async throws -> Void
    ) async throws -> Bool {
        metrics.attempts(step: type(of: task.step).name, queue: queue.name)
        do {
            guard host.now() < window.sendBy else { throw NotSent(target: task.target) }
            try await call(&work)
            report(&work, .well, task, gate)
            return true
        } catch is NotSent {
            return try await announceAnew(&work, place, task)
        } catch let refused as Refused {
            report(&work, .well, task, gate)
            work.withdrawCall(place, claim: task.claim)
            return try await refuse(&work, place, task, refused)
        } catch is CancellationError {
            work.noteDoubt(place)
            throw CancellationError()
        } catch {
            return try await retryLater(&work, place, task, error, gate, after: window)
        }
    }

    /// Takes the announcement of a call back that was not sent in time, so that it is announced anew; a machine that is
    /// late again and again leaves it to others.
    private func announceAnew(
        _ work: inout HandoffWork, _ place: Int, _ task: SagaTask<S.Plan>
    ) async throws -> Bool {
        try work.withdrawUnsent(place, claim: task.claim)
        logger.warning("call was not sent in time", metadata: work.metadata(step: work.steps[place].label))
        guard work.unsentCalls >= 3 else { return true }
        try await commit(&work, .ready(queue: queue.name))
        return false
    }

    /// Where nothing was announced, a claim is left to others at once.
    private func giveClaimBack(_ work: inout HandoffWork, _ place: Int, _ task: SagaTask<S.Plan>) {
        guard work.steps[place].state == .planned, task.claim != nil else { return }
        work.withdrawCall(place, claim: task.claim)
    }

    /// A person is asked; or what came before is undone, where the step says so and nothing is past its return.
    private func refuse(
        _ work: inout HandoffWork, _ place: Int, _ task: SagaTask<S.Plan>, _ refused: Refused
    ) async throws -> Bool {
        let label = work.steps[place].label
        work.entries.append(try JournalEntry.refused(step: label, incidentClass: refused.incidentClass))
        guard work.direction == .forwards, task.step.onRefusal == .undo, !work.isPastReturn else {
            try await park(&work, refused.incidentClass, refused.reason, said: refused.said, step: label)
            return false
        }
        work.notice = .init(
            incidentClass: refused.incidentClass, story: refused.reason, said: refused.said, step: label)
        work.lastError = refused.reason
        work.entries.append(try JournalEntry.turnedBack())
        work.turnBack()
        return try await commitRunning(&work, lease: store.limits.lease).isOwner
    }

    /// Puts the step off. What the target says of a call settles that call; what it says of a question settles nothing,
    /// and leaves a claim to others where nothing was announced.
    private func retryLater(
        _ work: inout HandoffWork, _ place: Int, _ task: SagaTask<S.Plan>, _ error: any Error, _ gate: TargetGate,
        after call: Window?
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
        var wait = max(backoff, unavailable.retryAfter ?? .zero)
        if call == nil { giveClaimBack(&work, place, task) }
        switch unavailable.cause {
        case .failure:
            report(&work, .failed(reason: unavailable.reason), task, gate)
            if isAttempt { work.countFailure(place) }
        case .throttled:
            report(&work, .throttled(for: unavailable.retryAfter ?? backoff), task, gate)
            if call != nil, !unavailable.leavesDoubt { work.withdrawCall(place, claim: task.claim) }
        case .accepted:
            crashes.reached(.acceptedBeforeNoted)
            report(&work, .well, task, gate)
            if call != nil { work.markAccepted(place) }
        case .claimed: break
        }
        if let call, !work.steps[place].isSettled, work.steps[place].state.isInDoubt {
            work.noteDoubt(place)
            // Asked about as soon as that counts; what is left of the back-off comes after that.
            if unavailable.cause == .failure { wait = max(call.settles - host.now(), .zero) }
        }
        if isAttempt, queue.backoff.isUsedUp(afterFailures: failures) {
            try await park(
                &work, .attemptsUsedUp, "\(failures) attempts failed, the last with: \(unavailable.reason)",
                said: unavailable.said, step: label)
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

/// The times of one announced call, by this machine's clock, counted from the moment at which its intent was asked for.
struct Window {
    /// The last moment at which it may be sent.
    let sendBy: ContinuousClock.Instant
    /// The last moment at which its answer is awaited.
    let deadline: ContinuousClock.Instant
    /// The earliest moment at which asking what became of it may count; the store has the exact one.
    let settles: ContinuousClock.Instant

    init(from asked: ContinuousClock.Instant, _ timing: CallTiming) {
        sendBy = asked + timing.window
        deadline = sendBy + timing.budget
        settles = deadline + timing.settle
    }
}
