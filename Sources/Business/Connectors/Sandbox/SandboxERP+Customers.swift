import Sagas

/// Customers that are looked up, and their contacts.
extension SandboxERP {
    func findCustomers(
        entity: String?, taxID: String?, name: String?, as call: Call
    ) async throws -> [CustomerMatch] {
        try await matches(["entity": entity, "taxId": taxID, "name": name], as: call)
    }

    func searchCustomers(_ words: String, entity: String?, as call: Call) async throws -> [CustomerMatch] {
        try await matches(["entity": entity, "search": words], as: call)
    }

    func createContact(_ contact: ContactRecord, customer: String, as call: Call) async throws -> String {
        let body = SandboxWire.Contact(contact)
        let answer = try await caller.send(.POST, contacts(of: customer), body, verb: "create_contact", as: call)
        return try answer.decoded(SandboxWire.Thing.self, from: caller.target).id
    }

    func findContacts(customer: String, as call: Call) async throws -> [String] {
        let path = "\(contacts(of: customer))?key=\(call.key.asPart)"
        return try await ids(at: path, verb: Self.findContact, as: call)
    }

    func findContacts(like contact: ContactRecord, customer: String, as call: Call) async throws -> [String] {
        let person = contact.email.map { "email=\($0.asPart)" } ?? "name=\(contact.name.asPart)"
        let path = "\(contacts(of: customer))?role=\(contact.role.asPart)&\(person)"
        return try await ids(at: path, verb: Self.findContact, as: call)
    }

    func hasContact(_ id: String, customer: String, as call: Call) async throws -> Bool {
        try await caller.has("\(contacts(of: customer))/\(id.asPart)", verb: "get_contact", as: call)
    }

    func deleteContact(_ id: String, customer: String, as call: Call) async throws -> Undone {
        try await caller.undo("\(contacts(of: customer))/\(id.asPart)", verb: "delete_contact", as: call)
    }

    private static let findContact = "find_contact"

    private func contacts(of customer: String) -> String { "/customers/\(customer.asPart)/contacts" }

    private func matches(_ query: [String: String?], as call: Call) async throws -> [CustomerMatch] {
        let parts = query.compactMap { name, value in value.map { "\(name)=\($0.asPart)" } }.sorted()
        let path = "/customers?" + parts.joined(separator: "&")
        let answer = try await caller.get(path, verb: "find_customers", as: call)
        let found = try answer.decoded(SandboxWire.Items<SandboxWire.CustomerFound>.self, from: caller.target)
        return found.items.map(\.match)
    }
}
