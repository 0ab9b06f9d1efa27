import FoundationEssentials
import Logging
import Sagas
import Workers

/// Carries one handoff as far as this queue's workers can: takes it, asks the pure directive what comes next, makes
/// the calls between their two commits, and hands the row on.
package struct HandoffRunner<S: Saga>: Sendable {
    let saga: S
    let queue: Queue
    let store: any HandoffStore
    let outbox: any Outbox
    let crashes: CrashPlan
    let metrics: EngineMetrics
    let logger: Logger
    /// Which targets are left alone, as far as this worker has heard.
    let gates: KnownGates
    /// Whether the process is stopping: then nothing new is begun.
    let isStopping: @Sendable () -> Bool
    let host: Host

    package init(
        saga: S, queue: Queue, store: any HandoffStore, outbox: any Outbox, crashes: CrashPlan,
        metrics: EngineMetrics, logger: Logger, gates: KnownGates, isStopping: @escaping @Sendable () -> Bool,
        host: Host = .real
    ) {
        self.saga = saga
        self.queue = queue
        self.store = store
        self.outbox = outbox
        self.crashes = crashes
        self.metrics = metrics
        self.logger = logger
        self.gates = gates
        self.isStopping = isStopping
        self.host = host
    }

    /// Looks at the handoff that a ticket names. Returns when there is nothing more to do here; throws only when the
    /// store could not be reached, and then the row says what happened.
    package func look(at id: UUID) async throws {
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
        work.status = { standing in saga.status(of: standing, plan: nil) }
        if work.taken.takeovers >= store.limits.takeovers {
            throw Refused(.takeoversUsedUp, "\(work.taken.takeovers) workers ended without an outcome")
        }
        if work.taken.isTooOld { throw Refused(.ageUsedUp, "open for longer than \(store.limits.maximalAge)") }
        guard try await tellThatPlanningBegins(&work) else { return }
        let subjects = try await subjects(of: &work)
        let plan = subjects[work.taken.id]?.plan
        work.status = { standing in saga.status(of: standing, plan: plan) }
        guard try await passGate(&work) else { return }
        while true {
            let next = directive(after: work.steps, going: work.direction, in: queue.name)
            if let end = try end(of: next, work) {
                work.entries.append(end.entry)
                return try await commit(&work, end.next)
            }
            if case .waitUntilSettled(let place) = next {
                return try await wait(&work, place, .settling, for: .zero, reason: nil)
            }
            if isStopping() { return try await commit(&work, .ready(queue: queue.name)) }
            guard try await advance(&work, next, subjects) else { return }
        }
    }

    /// What the handoff becomes when this worker has nothing more to do, and what the journal says of it; nil while it has.
    private func end(of directive: Directive, _ work: HandoffWork) throws -> (next: OwnerWrite.Next, entry: String)? {
        switch directive {
        case .finish: (.finished, try JournalEntry.finished())
        // A cancellation that found nothing took nothing back.
        case .compensated where work.steps.isEmpty && work.taken.kind == .cancel:
            (.finished, try JournalEntry.finished())
        case .compensated: (.compensated, try JournalEntry.compensated())
        case .handOver(let queue): (.ready(queue: queue), try JournalEntry.handedOver(to: queue))
        case .perform, .readBack, .adopt, .compensate, .readBackUndo, .waitUntilSettled: nil
        }
    }

    /// Does the next step as far as it goes; false when the handoff is out of this worker's hands.
    private func advance(
        _ work: inout HandoffWork, _ next: Directive, _ subjects: [UUID: SagaSubject<S.Plan>]
    ) async throws -> Bool {
        switch next {
        case .perform(let place): return try await perform(&work, place, try subjects.task(work.steps[place]))
        case .readBack(let place):
            let task = try subjects.task(work.steps[place])
            // Forwards a claim knows whether the thing is there, and makes its next holder look first: a read-back would
            // not tell whether an update took effect.
            if work.direction == .forwards, task.claim != nil { return try await perform(&work, place, task) }
            return try await readBack(&work, place, task)
        case .adopt(let place): return try await adopt(&work, place, try subjects.task(work.steps[place]))
        case .compensate(let place): return try await compensate(&work, place, try subjects.task(work.steps[place]))
        case .readBackUndo(let place):
            return try await readBackUndo(&work, place, try subjects.task(work.steps[place]))
        case .finish, .compensated, .handOver, .waitUntilSettled: return true
        }
    }
}

extension HandoffRunner {
    /// Others shall see that a deal is being checked while that takes time; false when the handoff is lost meanwhile.
    private func tellThatPlanningBegins(_ work: inout HandoffWork) async throws -> Bool {
        guard work.taken.plan == nil, work.direction == .forwards else { return true }
        let write = work.write(.running(lease: store.limits.lease))
        guard write.status != nil else { return true }
        let result = try await store.commit(write)
        try await outbox.publish(result.tickets)
        return result.isOwner
    }

    /// What every step in the list works on: this handoff's plan, or those of the versions that it takes back.
    private func subjects(of work: inout HandoffWork) async throws -> [UUID: SagaSubject<S.Plan>] {
        var subjects: [UUID: SagaSubject<S.Plan>] = [:]
        for version in work.taken.earlier {
            subjects[version.id] = SagaSubject(try decoded(version.plan), of: saga)
        }
        if work.taken.kind == .cancel { return subjects }
        if let plan = work.taken.plan {
            subjects[work.taken.id] = SagaSubject(try decoded(plan), of: saga)
        } else if work.direction == .forwards {
            subjects[work.taken.id] = SagaSubject(try await plan(&work), of: saga)
        }
        return subjects
    }

    /// Makes the plan: the handoff is head of its lane now, so what went before is known.
    private func plan(_ work: inout HandoffWork) async throws -> S.Plan {
        guard let deal = work.taken.deal else { throw Refused(.unknown, "the handoff has neither plan nor deal") }
        if work.taken.kind == .change, work.taken.base == nil {
            throw Refused(
                .baseUnusable,
                "the version that this change order builds upon did not end in a project, or a later one has ended since"
            )
        }
        let base = try work.taken.base.map { base in
            Base(
                version: base.version, plan: try decoded(base.plan),
                receipts: Dictionary(
                    base.steps.compactMap { step in step.receipt.map { (step.label, $0) } }
                ) { first, _ in first })
        }
        let attempt = PlanningAttempt(
            correlationID: work.taken.correlationID, deadline: host.now() + CallTiming.standard.budget)
        let plan = try await saga.plan(deal, for: work.taken.id, upon: base, on: attempt)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let body = try encoder.encode(plan)
        try work.adopt(stages: saga.stages(for: plan), planBody: String(decoding: body, as: UTF8.self))
        return plan
    }

    private func decoded(_ plan: String) throws -> S.Plan {
        do {
            return try JSONDecoder().decode(S.Plan.self, from: Data(plan.utf8))
        } catch {
            throw Refused(.unknown, "the stored plan is of a version of the software whose plans this one cannot read")
        }
    }

    /// Past the point of no return nothing is undone before a person has approved it; false while nobody has.
    private func passGate(_ work: inout HandoffWork) async throws -> Bool {
        guard work.taken.kind == .cancel, work.steps.contains(where: { $0.isFinal && $0.receipt != nil }) else {
            return true
        }
        let cause = WaitCause.approval(gate: "cancel", planHash: work.undoHash)
        switch work.taken.approvals.first(where: { $0.gate == "cancel" && $0.planHash == work.undoHash })?.isApproved {
        case true?: return true
        case false?:
            work.entries.append(try JournalEntry.rejected())
            try await commit(&work, .finished)
        case nil:
            work.entries.append(try JournalEntry.waiting(step: nil, cause: cause.name))
            // A person's decision wakes it; the clock only renews its view.
            try await commit(&work, .waiting(.init(cause: cause, time: .seconds(3600), step: nil)))
        }
        return false
    }
}
