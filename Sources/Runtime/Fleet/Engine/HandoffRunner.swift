import FoundationEssentials
import Logging
import Sagas
import Workers

/// Carries one handoff as far as this queue's workers can: takes it, asks the pure directive what comes next, makes
/// the calls between their two commits, and hands the row on.
struct HandoffRunner<S: Saga>: Sendable {
    let saga: S
    let queue: Queue
    let store: HandoffStore
    let outbox: Outbox
    let crashes: CrashPlan
    let metrics: EngineMetrics
    let logger: Logger
    /// Whether the process is stopping: then nothing new is begun.
    let isStopping: @Sendable () -> Bool

    /// Looks at the handoff that a ticket names. Returns when there is nothing more to do here; throws only when the
    /// store could not be reached, and then the row says what happened.
    func look(at id: UUID) async throws {
        guard let taken = try await store.take(id) else { return }
        crashes.reached(.leaseBeforeIntent)
        var work = HandoffWork(taken, queue: queue)
        do {
            try await carry(&work)
        } catch let refused as Refused {
            try await park(&work, refused.incidentClass, refused.reason)
        } catch is CancellationError {
            try await commit(&work, .ready(queue: queue.name))
        }
    }

    private func carry(_ work: inout HandoffWork) async throws {
        if work.taken.takeovers >= store.limits.takeovers {
            throw Refused(.takeoversUsedUp, "\(work.taken.takeovers) workers ended without an outcome")
        }
        if work.taken.isTooOld { throw Refused(.ageUsedUp, "open for longer than \(store.limits.maximalAge)") }
        guard try await tellThatPlanningBegins(&work) else { return }
        let plan = try planned(&work)
        let steps = saga.stages(for: plan).flatMap(\.steps)
        while true {
            work.status = { standing in saga.status(of: standing, plan: plan) }
            switch directive(after: work.steps, in: queue.name) {
            case .finish:
                work.entries.append(try JournalEntry.finished())
                return try await commit(&work, .finished)
            case .handOver(let next):
                work.entries.append(try JournalEntry.handedOver(to: next))
                return try await commit(&work, .ready(queue: next))
            case .waitUntilSettled(let ordinal):
                return try await wait(&work, ordinal: ordinal, cause: "settling", for: .zero, reason: nil)
            case .readBack, .perform:
                if isStopping() { return try await commit(&work, .ready(queue: queue.name)) }
                guard try await advance(&work, steps: steps, plan: plan) else { return }
            }
        }
    }

    /// Others shall see that a deal is being checked while that takes time; false when the handoff is lost meanwhile.
    private func tellThatPlanningBegins(_ work: inout HandoffWork) async throws -> Bool {
        guard work.taken.plan == nil else { return true }
        work.status = { standing in saga.status(of: standing, plan: nil) }
        let write = work.write(.running(lease: store.limits.lease))
        guard write.status != nil else { return true }
        let result = try await store.commit(write)
        try await outbox.publish(result.tickets)
        return result.isOwner
    }

    /// Makes the plan when the handoff has none: it is head of its lane now, so what went before is known.
    private func planned(_ work: inout HandoffWork) throws -> S.Plan {
        if let text = work.taken.plan {
            return try JSONDecoder().decode(S.Plan.self, from: Data(text.utf8))
        }
        guard let deal = work.taken.deal else { throw Refused(.unknown, "the handoff has neither plan nor deal") }
        let plan = try saga.plan(deal, for: work.taken.id)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let body = try encoder.encode(plan)
        try work.adopt(stages: saga.stages(for: plan), planBody: String(decoding: body, as: UTF8.self))
        return plan
    }

    /// Does the next step as far as it goes; false when the handoff is out of this worker's hands.
    private func advance(_ work: inout HandoffWork, steps: [any Step<S.Plan>], plan: S.Plan) async throws -> Bool {
        switch directive(after: work.steps, in: queue.name) {
        case .readBack(let ordinal) where steps[ordinal].claim(for: plan) != nil:
            // A claim knows whether the thing is there, and makes its next holder look first. A read-back would not tell
            // whether an update took effect.
            try await perform(&work, steps[ordinal], ordinal, plan)
        case .readBack(let ordinal): try await readBack(&work, steps[ordinal], ordinal, plan)
        case .perform(let ordinal): try await perform(&work, steps[ordinal], ordinal, plan)
        case .finish, .handOver, .waitUntilSettled: true
        }
    }

    private func perform(
        _ work: inout HandoffWork, _ step: any Step<S.Plan>, _ ordinal: Int, _ plan: S.Plan
    ) async throws -> Bool {
        let asked = ContinuousClock.now
        let claim = step.claim(for: plan)
        var claimed: Receipt?
        var mustLookFirst = false
        if let claim {
            // The claim is this transaction's: what is gathered must be committed under the same ownership first.
            if work.hasChanges { guard try await commitRunning(&work, step.timing) else { return false } }
            switch try await store.claim(work.claimRequest(claim, step.timing, ordinal)) {
            case .exists(let receipt): claimed = receipt
            case .granted(let look): mustLookFirst = look
            case .busy:
                try await wait(
                    &work, ordinal: ordinal, cause: Unavailable.Cause.claimed.rawValue, for: .seconds(1),
                    reason: nil)
                return false
            }
        }
        try work.announceIntent(ordinal, step: step.label, timing: step.timing)
        guard try await commitRunning(&work, step.timing) else { return false }
        crashes.reached(.intentBeforeCall)
        let attempt = work.attempt(ordinal, claim: claim, claimed: claimed, deadline: asked + step.timing.budget)
        let announced = work
        return try await settle(&work, ordinal, step) {
            if mustLookFirst, case .present(let receipt) = try await step.find(for: plan, on: attempt) {
                // Another deal may have made it, with other data: compared and changed like any that is known.
                let known = announced.attempt(ordinal, claim: claim, claimed: receipt, deadline: attempt.deadline)
                return (try await step.perform(for: plan, on: known), claim)
            }
            return (try await step.perform(for: plan, on: attempt), claim)
        }
    }

    private func readBack(
        _ work: inout HandoffWork, _ step: any Step<S.Plan>, _ ordinal: Int, _ plan: S.Plan
    ) async throws -> Bool {
        let claim = step.claim(for: plan)
        let attempt = work.attempt(
            ordinal, claim: claim, claimed: nil, deadline: ContinuousClock.now + step.timing.budget)
        let found: Found
        do {
            found = try await step.find(for: plan, on: attempt)
        } catch let error where !(error is CancellationError || error is Refused) {
            return try await retryLater(&work, ordinal, step, error, afterCall: false)
        }
        switch found {
        case .present(let receipt):
            try work.markDone(ordinal, step: step.label, receipt: receipt, claim: claim, wasFound: true)
            return true
        case .absent:
            try work.markAbsent(ordinal, step: step.label)
            return true
        case .unfinished(let retryAfter):
            try await wait(
                &work, ordinal: ordinal, cause: Unavailable.Cause.accepted.rawValue, for: retryAfter, reason: nil)
            return false
        }
    }

    /// Runs the call and writes down what came of it. Returned is done; refused is surely not done; anything else is in
    /// doubt.
    private func settle(
        _ work: inout HandoffWork, _ ordinal: Int, _ step: any Step<S.Plan>,
        _ call: () async throws -> (Receipt, Claim?)
    ) async throws -> Bool {
        metrics.attempts(step: type(of: step).name, queue: queue.name)
        do {
            let (receipt, claim) = try await call()
            crashes.reached(.answerBeforeOutcome)
            try work.markDone(ordinal, step: step.label, receipt: receipt, claim: claim, wasFound: false)
            return true
        } catch let refused as Refused {
            work.markRefused(ordinal)
            try await park(&work, refused.incidentClass, refused.reason, step: step.label)
            return false
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            return try await retryLater(&work, ordinal, step, error, afterCall: true)
        }
    }

    /// Puts the step off. What the target says of a call settles that call; what it says of a read-back settles nothing.
    private func retryLater(
        _ work: inout HandoffWork, _ ordinal: Int, _ step: any Step<S.Plan>, _ error: any Error, afterCall: Bool
    ) async throws -> Bool {
        let unavailable =
            error as? Unavailable ?? Unavailable(.failure, target: step.target, reason: "\(type(of: error))")
        logger.log(
            level: unavailable.isAttempt ? .warning : .info, "step is tried again later",
            metadata: work.metadata(step: step.label, "cause", unavailable.cause.rawValue, "reason", unavailable.reason)
        )
        let failures = work.steps[ordinal].attempts + (unavailable.isAttempt ? 1 : 0)
        switch unavailable.cause {
        case .failure: work.countFailure(ordinal)
        case .accepted where afterCall: work.markAccepted(ordinal)
        case .throttled where afterCall: work.markRefused(ordinal)
        case .accepted, .throttled, .claimed: break
        }
        if unavailable.isAttempt, queue.backoff.isUsedUp(afterFailures: failures) {
            try await park(
                &work, .attemptsUsedUp, "\(failures) attempts failed, the last with: \(unavailable.reason)",
                step: step.label)
            return false
        }
        let backoff = queue.backoff.wait(
            afterFailures: max(failures, 1), fraction: Double.random(in: 0...1))
        let wait = max(backoff, unavailable.retryAfter ?? .zero)
        try await self.wait(
            &work, ordinal: ordinal, cause: unavailable.cause.rawValue, for: wait, reason: unavailable.description)
        return false
    }

    private func wait(
        _ work: inout HandoffWork, ordinal: Int, cause: String, for wait: Duration, reason: String?
    ) async throws {
        work.lastError = reason
        work.entries.append(try JournalEntry.waiting(step: work.steps[ordinal].label, cause: cause))
        try await commit(&work, .waiting(cause: cause, for: wait))
    }

    private func park(
        _ work: inout HandoffWork, _ incidentClass: IncidentClass, _ story: String, step: String? = nil
    ) async throws {
        work.lastError = story
        work.entries.append(try JournalEntry.parked(step: step, incidentClass: incidentClass))
        logger.error(
            "handoff is parked",
            metadata: work.metadata(step: step ?? "-", "class", incidentClass.rawValue, "reason", story))
        try await commit(&work, .parked(.init(incidentClass: incidentClass, story: story, step: step)))
    }

    private func commitRunning(_ work: inout HandoffWork, _ timing: CallTiming) async throws -> Bool {
        let write = work.write(.running(lease: timing.budget + timing.settle))
        let result = try await store.commit(write)
        try await outbox.publish(result.tickets)
        work.wasCommitted()
        return result.isOwner
    }

    private func commit(_ work: inout HandoffWork, _ next: OwnerWrite.Next) async throws {
        let result = try await store.commit(work.write(next))
        work.wasCommitted()
        guard result.isOwner else { return }
        crashes.reached(.commitBeforePublish)
        try await outbox.publish(result.tickets)
        if let incident = result.incident {
            crashes.reached(.incidentBeforeCopy)
            try await store.copyToDeadLetters([incident], outbox: outbox)
        }
    }
}
