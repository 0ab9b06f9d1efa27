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

    /// One that was there when the deal was planned is linked, without a call.
    func looksFirst(for plan: HandoffPlan) -> Bool { plan.provisioning?.linkedCustomerID != nil }

    func look(for plan: HandoffPlan, on attempt: SagaAttempt) async throws -> Found {
        guard let linked = plan.provisioning?.linkedCustomerID else { return .absent }
        return .present(try await Self.link(linked, in: erp, on: attempt))
    }

    func find(for plan: HandoffPlan, on attempt: SagaAttempt) async throws -> Found {
        if let linked = plan.provisioning?.linkedCustomerID {
            return try await find(linked, for: plan, on: attempt)
        }
        return try await findAll(for: plan, on: attempt).first.map(Found.present) ?? .absent
    }

    func findAll(for plan: HandoffPlan, on attempt: SagaAttempt) async throws -> [Receipt] {
        if plan.provisioning?.linkedCustomerID != nil { return [] }
        return try await erp.findCustomers(as: Call(for: attempt))
            .map { Receipt(externalID: $0, origin: .created) }
    }

    func find(_ externalID: String, for plan: HandoffPlan, on attempt: SagaAttempt) async throws -> Found {
        guard try await erp.hasCustomer(externalID, as: Call(for: attempt)) else { return .absent }
        return .present(Receipt(externalID: externalID, origin: .linked))
    }

    func perform(for plan: HandoffPlan, on attempt: SagaAttempt) async throws -> Receipt {
        let customer = try record(of: plan, on: attempt)
        let hash = Self.hash(of: customer)
        guard let known = attempt.claimed else {
            let id = try await erp.createCustomer(customer, as: Call(for: attempt))
            return Receipt(externalID: id, origin: .created, contentHash: hash)
        }
        if known.contentHash == hash {
            return Receipt(externalID: known.externalID, origin: .linked, contentHash: hash)
        }
        try await checkItIsNoOther(known.externalID, than: customer, for: plan, on: attempt)
        try await erp.updateCustomer(known.externalID, to: customer, as: Call(for: attempt))
        return Receipt(externalID: known.externalID, origin: .updated, contentHash: hash)
    }

    /// From which likeness of the names on, 0 to 100, the same tax registration means the same company, where no match rule
    /// says it.
    static let sameCompany = 90

    /// A registration may be in two deals by mistake: nobody is given another's name. Without one, the name itself is
    /// what the customer was found by.
    private func checkItIsNoOther(
        _ id: String, than customer: CustomerRecord, for plan: HandoffPlan, on attempt: SagaAttempt
    ) async throws {
        guard let taxID = customer.taxID else { return }
        var there: CustomerMatch?
        for written in RegistrationNumber.writings(of: taxID, country: customer.country) where there == nil {
            there = try await erp.findCustomers(entity: nil, taxID: written, name: nil, as: Call(for: attempt))
                .first { $0.id == id }
        }
        guard let there else {
            throw Refused(
                .duplicateCustomer,
                "customer \(id) was made for this tax registration and does not have it in the ERP any more: set it right "
                    + "there and send this again, or send a corrected deal")
        }
        let names = [there.name, customer.name].map { Likeness.words(of: $0, ignoring: []) }
        guard Likeness.of(names[0], names[1]) >= plan.provisioning?.nameSimilarity ?? Self.sameCompany else {
            throw Refused(
                .duplicateCustomer,
                "customer \(id) has this tax registration and is called \"\(there.name.prefix(80))\", so it is not given the "
                    + "name \"\(customer.name.prefix(80))\": correct the registration in the deal or, if it is one company, "
                    + "the name in the ERP, and send this again")
        }
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
            country: customer.country, parentID: try attempt.externalID(of: CreateParentCustomer.name))
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
