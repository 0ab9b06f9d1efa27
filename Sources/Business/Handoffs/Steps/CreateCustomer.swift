import Connectors
import Sagas
import Workers

/// The customer in the ERP: shared between deals, so it is made under a claim and changed only when it differs. One that
/// was there when the deal was planned is linked and left as it is.
struct CreateCustomer: Step {
    static let name = "create-customer"
    /// What claims call a customer.
    static let thing = "customer"
    let target = "ERP"
    let erp: any ERP

    func claim(for plan: HandoffPlan) -> Claim? {
        guard plan.provisioning?.linkedCustomerID == nil else { return nil }
        return Claim(target: target, thing: Self.thing, naturalKey: plan.customerNaturalKey)
    }

    func find(for plan: HandoffPlan, on attempt: SagaAttempt) async throws -> Found {
        if let linked = plan.provisioning?.linkedCustomerID {
            return try await find(linked, for: plan, on: attempt)
        }
        guard let id = try await erp.findCustomer(as: Call(for: attempt)) else { return .absent }
        return .present(Receipt(externalID: id, origin: .created))
    }

    func find(_ externalID: String, for plan: HandoffPlan, on attempt: SagaAttempt) async throws -> Found {
        guard try await erp.hasCustomer(externalID, as: Call(for: attempt)) else { return .absent }
        return .present(Receipt(externalID: externalID, origin: .linked))
    }

    func perform(for plan: HandoffPlan, on attempt: SagaAttempt) async throws -> Receipt {
        if let linked = plan.provisioning?.linkedCustomerID {
            return try await Self.link(linked, in: erp, on: attempt)
        }
        let customer = try record(of: plan, on: attempt)
        let hash = Self.hash(of: customer)
        guard let known = attempt.claimed else {
            let id = try await erp.createCustomer(customer, as: Call(for: attempt))
            return Receipt(externalID: id, origin: .created, contentHash: hash)
        }
        if known.contentHash == hash {
            return Receipt(externalID: known.externalID, origin: .linked, contentHash: hash)
        }
        try await erp.updateCustomer(known.externalID, to: customer, as: Call(for: attempt))
        return Receipt(externalID: known.externalID, origin: .updated, contentHash: hash)
    }

    /// Other deals may have linked it meanwhile, and it says nothing about this one.
    func compensate(_ receipt: Receipt, for plan: HandoffPlan, on attempt: SagaAttempt) async throws -> Undone {
        .kept(because: "it is shared with other deals", owner: nil)
    }

    /// The plan's customer, under the parent that the step before made or linked.
    private func record(of plan: HandoffPlan, on attempt: SagaAttempt) throws -> CustomerRecord {
        guard plan.hasParentStep else { return plan.customer }
        let customer = plan.customer
        return CustomerRecord(
            name: customer.name, legalEntity: customer.legalEntity, taxID: customer.taxID, email: customer.email,
            parentID: try attempt.externalID(of: CreateParentCustomer.name))
    }

    /// A customer that was there when the deal was planned; refused if it is not there any more.
    static func link(_ id: String, in erp: any ERP, on attempt: SagaAttempt) async throws -> Receipt {
        guard try await erp.hasCustomer(id, as: Call(for: attempt)) else {
            throw Refused(
                .targetRefused, "customer \(id), which was there when the deal was planned, is not there any more")
        }
        return Receipt(externalID: id, origin: .linked)
    }

    /// What the ERP is told of a customer, in short.
    static func hash(of customer: CustomerRecord) -> String {
        let texts = [customer.name, customer.legalEntity, customer.taxID ?? "", customer.email ?? ""]
        // Hashes are stored: a customer without a parent keeps the one it had before there were parents.
        let parts = texts + (customer.parentID.map { [$0] } ?? [])
        return ContentHash.of(parts)
    }
}
