import FoundationEssentials
import Sagas
import Workers

/// A saga whose refused steps take back what came before them, and otherwise as it was.
struct TurningBack<Inner: Saga>: Saga {
    static var name: String { Inner.name }
    static var planningQueue: Queue { Inner.planningQueue }
    let inner: Inner

    func plan(
        _ deal: String, for handoff: UUID, upon base: Base<Inner.Plan>?, on attempt: PlanningAttempt
    ) async throws -> Inner.Plan {
        try await inner.plan(deal, for: handoff, upon: base, on: attempt)
    }

    func stages(for plan: Inner.Plan) -> [Stage<Inner.Plan>] {
        inner.stages(for: plan).map { stage in
            Stage(stage.queue, isFinal: stage.isFinal, stage.steps.map { turning($0) })
        }
    }

    func status(of standing: Standing, plan: Inner.Plan?) -> Status? { inner.status(of: standing, plan: plan) }

    private func turning(_ step: some Step<Inner.Plan>) -> any Step<Inner.Plan> { TurningStep(inner: step) }
}

/// A step that undoes when it is refused.
private struct TurningStep<Inner: Step>: Step {
    static var name: String { Inner.name }
    let inner: Inner
    var instance: String { inner.instance }
    var target: String { inner.target }
    var timing: CallTiming { inner.timing }
    var onRefusal: OnRefusal { .undo }

    func claim(for subject: Inner.Subject) -> Claim? { inner.claim(for: subject) }
    func looksFirst(for subject: Inner.Subject) -> Bool { inner.looksFirst(for: subject) }
    func look(for subject: Inner.Subject, on attempt: SagaAttempt) async throws -> Found {
        try await inner.look(for: subject, on: attempt)
    }
    func findAll(for subject: Inner.Subject, on attempt: SagaAttempt) async throws -> [Receipt] {
        try await inner.findAll(for: subject, on: attempt)
    }
    func find(for subject: Inner.Subject, on attempt: SagaAttempt) async throws -> Found {
        try await inner.find(for: subject, on: attempt)
    }
    func find(_ externalID: String, for subject: Inner.Subject, on attempt: SagaAttempt) async throws -> Found {
        try await inner.find(externalID, for: subject, on: attempt)
    }
    func perform(for subject: Inner.Subject, on attempt: SagaAttempt) async throws -> Receipt {
        try await inner.perform(for: subject, on: attempt)
    }
    func compensate(_ receipt: Receipt, for subject: Inner.Subject, on attempt: SagaAttempt) async throws -> Undone {
        try await inner.compensate(receipt, for: subject, on: attempt)
    }
}
