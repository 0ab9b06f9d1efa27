import Connectors
import Sagas
import Workers

/// The customer to which the deal's customer belongs, in the ERP: there before its child, and shared like any customer.
struct CreateParentCustomer: Step {
    static let name = "create-parent-customer"
    let target = "ERP"
    let erp: any ERP

    /// The same claim as that of a deal whose own customer it is, unless a person said that nobody known is meant.
    func claim(for plan: HandoffPlan) -> Claim? {
        guard plan.provisioning?.linkedParentID == nil, let parent = plan.provisioning?.parent else { return nil }
        return Claim(target: target, thing: CreateCustomer.thing, naturalKey: plan.parentNaturalKey(of: parent))
    }

    func find(for plan: HandoffPlan, on attempt: SagaAttempt) async throws -> Found {
        if let linked = plan.provisioning?.linkedParentID {
            return try await find(linked, for: plan, on: attempt)
        }
        guard let id = try await erp.findCustomer(as: Call(for: attempt)) else { return .absent }
        return .present(Receipt(externalID: id, origin: .created))
    }

    func find(_ externalID: String, for plan: HandoffPlan, on attempt: SagaAttempt) async throws -> Found {
        guard try await erp.hasCustomer(externalID, as: Call(for: attempt)) else { return .absent }
        return .present(Receipt(externalID: externalID, origin: .linked))
    }

    /// What is known stays as it is: of a parent a deal says little more than its name.
    func perform(for plan: HandoffPlan, on attempt: SagaAttempt) async throws -> Receipt {
        if let linked = plan.provisioning?.linkedParentID {
            return try await CreateCustomer.link(linked, in: erp, on: attempt)
        }
        if let known = attempt.claimed {
            return Receipt(externalID: known.externalID, origin: .linked, contentHash: known.contentHash)
        }
        guard let parent = plan.provisioning?.parent else {
            throw Refused(.unknown, "the plan has a step for a parent and names none")
        }
        let id = try await erp.createCustomer(parent, as: Call(for: attempt))
        return Receipt(externalID: id, origin: .created, contentHash: CreateCustomer.hash(of: parent))
    }

    /// Other customers may have come to belong to it meanwhile.
    func compensate(_ receipt: Receipt, for plan: HandoffPlan, on attempt: SagaAttempt) async throws -> Undone {
        .kept(because: "it is shared with other deals", owner: nil)
    }
}
