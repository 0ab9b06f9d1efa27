import FoundationEssentials
import Sagas
import Workers

/// A handoff's plan and the steps that follow from it.
struct SagaSubject<Plan: Codable & Sendable>: Sendable {
    let plan: Plan
    let steps: [any Step<Plan>]

    init<S: Saga>(_ plan: Plan, of saga: S) where S.Plan == Plan {
        self.plan = plan
        steps = saga.stages(for: plan).flatMap(\.steps)
    }
}

/// A step together with what it works on.
struct SagaTask<Plan: Sendable>: Sendable {
    let step: any Step<Plan>
    let plan: Plan

    var claim: Claim? { step.claim(for: plan) }
    var target: String { step.target }
}

extension Dictionary where Key == UUID {
    /// The step that a record stands for.
    func task<Plan: Codable & Sendable>(_ record: StepRecord) throws -> SagaTask<Plan>
    where Value == SagaSubject<Plan> {
        guard let subject = self[record.id.handoff], subject.steps.indices.contains(record.id.ordinal),
            subject.steps[record.id.ordinal].label == record.label
        else {
            throw Refused(.unknown, "step \(record.label) is stored, and this version of the software does not plan it")
        }
        return SagaTask(step: subject.steps[record.id.ordinal], plan: subject.plan)
    }
}
