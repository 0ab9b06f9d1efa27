import Connectors
import Sagas

/// Somebody at the customer's, in the ERP: shared by all deals of the customer, and linked where the ERP knows them.
struct CreateContact: Step {
    static let name = "create-contact"
    let contact: ContactRecord
    let target = "ERP"
    let erp: any ERP

    /// Role and person; steps are listed and logged, so the person is not named.
    var instance: String { "\(contact.role)/\(person.prefix(12))" }

    func claim(for plan: HandoffPlan) -> Claim? {
        Claim(
            target: target, thing: "contact",
            naturalKey: "\(plan.customerNaturalKey)|\(contact.role.lowercased())|\(person)")
    }

    func looksFirst(for plan: HandoffPlan) -> Bool { true }

    /// Looked for by what it is and not only by who made it: people keep contacts too.
    func look(for plan: HandoffPlan, on attempt: SagaAttempt) async throws -> Found {
        let customer = try attempt.externalID(of: CreateCustomer.name)
        let call = Call(for: attempt)
        // A deal of the same name may be one of another customer, if a person chose so.
        if let known = attempt.claimed?.externalID, try await erp.hasContact(known, customer: customer, as: call) {
            return .present(Receipt(externalID: known, origin: .linked))
        }
        guard let known = try await erp.findContacts(like: contact, customer: customer, as: call).first else {
            return .absent
        }
        return .present(Receipt(externalID: known, origin: .linked))
    }

    func find(for plan: HandoffPlan, on attempt: SagaAttempt) async throws -> Found {
        try await findAll(for: plan, on: attempt).first.map(Found.present) ?? .absent
    }

    func findAll(for plan: HandoffPlan, on attempt: SagaAttempt) async throws -> [Receipt] {
        let customer = try attempt.externalID(of: CreateCustomer.name)
        return try await erp.findContacts(customer: customer, as: Call(for: attempt))
            .map { Receipt(externalID: $0, origin: .created) }
    }

    func find(_ externalID: String, for plan: HandoffPlan, on attempt: SagaAttempt) async throws -> Found {
        let customer = try attempt.externalID(of: CreateCustomer.name)
        guard try await erp.hasContact(externalID, customer: customer, as: Call(for: attempt)) else { return .absent }
        return .present(Receipt(externalID: externalID, origin: .linked))
    }

    func perform(for plan: HandoffPlan, on attempt: SagaAttempt) async throws -> Receipt {
        let customer = try attempt.externalID(of: CreateCustomer.name)
        let id = try await erp.createContact(contact, customer: customer, as: Call(for: attempt))
        return Receipt(externalID: id, origin: .created)
    }

    /// Other deals may have linked it meanwhile.
    func compensate(_ receipt: Receipt, for plan: HandoffPlan, on attempt: SagaAttempt) async throws -> Undone {
        .kept(because: "it is shared with other deals", owner: nil)
    }

    private var person: String {
        let identity = (contact.email ?? contact.name).lowercased().filter { !$0.isWhitespace }
        return ContentHash.of([identity])
    }
}
