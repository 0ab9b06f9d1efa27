/// The ERP's contacts, by customer.
struct ContactState: Sendable {
    struct Contact: Sendable {
        let id: String
        let key: String
        let body: ContactBody
        let correlationID: String
    }

    private var contacts: [String: [Contact]] = [:]
    // Ids are numbers that are never used again, whatever is deleted.
    private var count = 0

    var nextID: String { "CON-\(hex(count + 1))" }

    /// A customer's contacts, oldest first.
    func all(of customer: String) -> [Contact] { contacts[customer] ?? [] }

    mutating func keep(_ body: ContactBody, _ effect: Effect) {
        count += 1
        contacts[effect.subject ?? "", default: []].append(
            Contact(id: effect.id, key: effect.key, body: body, correlationID: effect.correlationId))
    }

    mutating func remove(_ effect: Effect) {
        contacts[effect.subject ?? ""]?.removeAll { $0.id == effect.id }
    }
}
