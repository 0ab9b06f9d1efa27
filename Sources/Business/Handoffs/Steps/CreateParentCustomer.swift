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

    /// One that was there when the deal was planned is linked, without a call.
    func looksFirst(for plan: HandoffPlan) -> Bool { plan.provisioning?.linkedParentID != nil }

    func look(for plan: HandoffPlan, on attempt: SagaAttempt) async throws -> Found {
        guard let linked = plan.provisioning?.linkedParentID else { return .absent }
        return .present(try await CreateCustomer.link(linked, in: erp, on: attempt))
    }

    func find(for plan: HandoffPlan, on attempt: SagaAttempt) async throws -> Found {
        if let linked = plan.provisioning?.linkedParentID {
            return try await find(linked, for: plan, on: attempt)
        }
        return try await findAll(for: plan, on: attempt).first.map(Found.present) ?? .absent
    }

    func findAll(for plan: HandoffPlan, on attempt: SagaAttempt) async throws -> [Receipt] {
        if plan.provisioning?.linkedParentID != nil { return [] }
        return try await erp.findCustomers(as: Call(for: attempt))
            .map { Receipt(externalID: $0, origin: .created) }
    }

    func find(_ externalID: String, for plan: HandoffPlan, on attempt: SagaAttempt) async throws -> Found {
        guard try await erp.hasCustomer(externalID, as: Call(for: attempt)) else { return .absent }
        return .present(Receipt(externalID: externalID, origin: .linked))
    }

    /// What is known stays as it is: of a parent a deal says little more than its name.
    func perform(for plan: HandoffPlan, on attempt: SagaAttempt) async throws -> Receipt {
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
