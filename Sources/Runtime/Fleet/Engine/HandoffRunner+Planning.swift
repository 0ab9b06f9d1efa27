import FoundationEssentials
import Sagas
import Workers

extension HandoffRunner {
    /// Others shall see that a deal is being checked while that takes time; false when the handoff is lost meanwhile.
    func tellThatPlanningBegins(_ work: inout HandoffWork) async throws -> Bool {
        guard work.taken.plan == nil, work.direction == .forwards else { return true }
        let lease = store.limits.lease(covering: store.limits.planningBudget)
        guard work.write(.running(lease: lease)).status != nil else {
            return try await hold(&work, for: store.limits.planningBudget)
        }
        return try await commitRunning(&work, lease: lease).isOwner
    }

    /// What every step in the list works on: this handoff's plan, or those of the versions that it takes back. Nil when
    /// planning has to wait, and the handoff is out of this worker's hands.
    func subjects(of work: inout HandoffWork) async throws -> [UUID: SagaSubject<S.Plan>]? {
        var subjects: [UUID: SagaSubject<S.Plan>] = [:]
        for version in work.taken.earlier {
            subjects[version.id] = SagaSubject(try decoded(version.plan), of: saga)
        }
        if work.taken.kind == .cancel { return subjects }
        if let plan = work.taken.plan {
            subjects[work.taken.id] = SagaSubject(try decoded(plan), of: saga)
        } else if work.direction == .forwards {
            guard let plan = try await plan(&work) else { return nil }
            subjects[work.taken.id] = SagaSubject(plan, of: saga)
        }
        return subjects
    }

    /// Makes the plan: the handoff is head of its lane now, so what went before is known. Nil when something that
    /// planning has to ask cannot be asked now. Nothing is made while planning, so nothing is ever in doubt.
    private func plan(_ work: inout HandoffWork) async throws -> S.Plan? {
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
        guard let gate = try await planningGate(&work) else { return nil }
        let attempt = PlanningAttempt(
            correlationID: work.taken.correlationID, deadline: host.now() + store.limits.planningBudget,
            choices: work.taken.choices, signature: work.taken.signature)
        let plan: S.Plan
        do {
            plan = try await saga.plan(deal, for: work.taken.id, upon: base, on: attempt)
        } catch let unavailable as Unavailable {
            try await planLater(&work, unavailable, gate)
            return nil
        }
        if let target = work.taken.planningTarget, gate.wantsSuccess {
            work.reports.append(TargetReport(target: target, answer: .well, wasProbe: gate == .probe))
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let body = try encoder.encode(plan)
        try work.adopt(stages: saga.stages(for: plan), planBody: String(decoding: body, as: UTF8.self))
        return plan
    }

    /// Whether the target whose look-up failed last may be asked again; nil when it is left alone and planning waits.
    private func planningGate(_ work: inout HandoffWork) async throws -> TargetGate? {
        guard let target = work.taken.planningTarget else { return .open }
        var gate = gates.known(of: target)
        if gate == .open { gate = try await store.gate(of: target) }
        guard case .shut(let cause, let time) = gate else { return gate }
        gates.note(gate, of: target)
        try await waitToPlan(&work, cause, for: time, reason: nil)
        return nil
    }

    /// Puts planning off. Who probes a target does so for the target's sake: it is not this handoff's failure.
    private func planLater(_ work: inout HandoffWork, _ unavailable: Unavailable, _ gate: TargetGate) async throws {
        logger.log(
            level: unavailable.isAttempt ? .warning : .info, "planning is tried again later",
            metadata: work.metadata(
                step: HandoffWork.planning, "cause", unavailable.cause.rawValue, "reason", unavailable.reason))
        let wasProbe = gate == .probe && unavailable.target == work.taken.planningTarget
        let isAttempt = unavailable.isAttempt && !wasProbe
        let failures = work.taken.planningAttempts + (isAttempt ? 1 : 0)
        let backoff = queue.backoff.wait(afterFailures: max(failures, 1), fraction: host.fraction())
        let answer: TargetReport.Answer? =
            switch unavailable.cause {
            case .failure: .failed(reason: unavailable.reason)
            case .throttled: .throttled(for: unavailable.retryAfter ?? backoff)
            case .accepted, .claimed: nil
            }
        if let answer {
            work.reports.append(TargetReport(target: unavailable.target, answer: answer, wasProbe: wasProbe))
        }
        work.planningFailure = .init(target: unavailable.target, isAttempt: isAttempt)
        if isAttempt, queue.backoff.isUsedUp(afterFailures: failures) {
            return try await park(
                &work, .attemptsUsedUp,
                "\(failures) attempts at planning failed, the last with: \(unavailable.description)",
                said: unavailable.said, step: HandoffWork.planning)
        }
        try await waitToPlan(
            &work, .unavailable(unavailable.cause), for: max(backoff, unavailable.retryAfter ?? .zero),
            reason: unavailable.description)
    }

    private func decoded(_ plan: String) throws -> S.Plan {
        do {
            return try JSONDecoder().decode(S.Plan.self, from: Data(plan.utf8))
        } catch {
            throw Refused(.unknown, "the stored plan is of a version of the software whose plans this one cannot read")
        }
    }
}
