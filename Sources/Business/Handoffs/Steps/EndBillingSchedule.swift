import Connectors
import Sagas
import Workers

/// The end of a billing schedule that a complete new version of the contract replaces, once its own stands.
struct EndBillingSchedule: Step {
    static let name = "end-billing-schedule"
    /// The schedule that ends.
    let instance: String
    let target = "ERP"
    let erp: any ERP

    func find(for plan: HandoffPlan, on attempt: SagaAttempt) async throws -> Found {
        guard try await erp.hasBillingSchedule(instance, as: Call(for: attempt)) else {
            return .present(Receipt(externalID: instance, origin: .updated))
        }
        return .absent
    }

    /// A schedule that a person ended is ended.
    func find(_ externalID: String, for plan: HandoffPlan, on attempt: SagaAttempt) async throws -> Found {
        externalID == instance ? try await find(for: plan, on: attempt) : .absent
    }

    func perform(for plan: HandoffPlan, on attempt: SagaAttempt) async throws -> Receipt {
        switch try await erp.cancelBillingSchedule(instance, as: Call(for: attempt)) {
        case .undone: return Receipt(externalID: instance, origin: .updated)
        case .kept(let because, _): throw Refused(.targetRefused, "schedule \(instance) cannot be ended: \(because)")
        }
    }

    func compensate(_ receipt: Receipt, for plan: HandoffPlan, on attempt: SagaAttempt) async throws -> Undone {
        .kept(
            because: "schedule \(instance) was ended for this version: the version before goes on, set it up again",
            owner: attempt.takesBackContract ? nil : .finance)
    }
}
