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
        let asked = host.now()
        guard let taken = try await store.take(id) else { return }
        crashes.reached(.leaseBeforeIntent)
        var work = HandoffWork(taken, queue: queue, leaseEnds: asked + store.limits.lease)
        do {
            try await outbox.publish(taken.released)
            try await carry(&work)
        } catch let refused as Refused {
            try await park(&work, refused.incidentClass, refused.reason, said: refused.said)
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
        guard let subjects = try await subjects(of: &work) else { return }
        let plan = subjects[work.taken.id]?.plan
        work.status = { standing in saga.status(of: standing, plan: plan) }
        // What the customer did not sign must not be invoiced: nothing more is made of it before a person has decided.
        if let contradiction = work.taken.contradiction, work.direction == .forwards {
            throw Refused(.sowMismatch, contradiction)
        }
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
