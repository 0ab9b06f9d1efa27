/// The ERP's contacts of a customer: no idempotency, found by key, or by role and e-mail address or name.
enum Contacts {
    static func create(_ asking: Asking) throws -> Asking.Decision {
        let customer = try customer(in: asking)
        let asked = try asking.written(ContactBody.self)
        return { world in
            guard world.erp.customers[customer] != nil else { throw Refusal.missing("customer \(customer)") }
            let id = world.erp.contacts.nextID
            try world.record(.createContact, asked, id: id, subject: customer, asked: .contact(asked.body))
            return try Answer(.created, view(id, of: customer, in: world))
        }
    }

    static func find(_ asking: Asking) throws -> Asking.Decision {
        let customer = try customer(in: asking)
        let query = asking.query
        return { world in
            guard world.erp.customers[customer] != nil else { throw Refusal.missing("customer \(customer)") }
            let found = world.erp.contacts.all(of: customer).filter { contact in
                contact.key == query["key"] ?? contact.key && contact.body.role == query["role"] ?? contact.body.role
                    && isSame(contact.body.email, query["email"]) && isSame(contact.body.name, query["name"])
            }
            return Answer(.ok, Items(items: found.map { View($0, customer: customer) }))
        }
    }

    static func get(_ asking: Asking) throws -> Asking.Decision {
        let customer = try customer(in: asking)
        let id = try asking.part("contact").uppercased()
        return { world in try Answer(.ok, view(id, of: customer, in: world)) }
    }

    static func delete(_ asking: Asking) throws -> Asking.Decision {
        let customer = try customer(in: asking)
        let id = try asking.part("contact").uppercased()
        let asked = try asking.written(BareBody.self)
        return { world in
            _ = try view(id, of: customer, in: world)
            return try world.remove(id, by: .deleteContact, asked, subject: customer)
        }
    }

    private static func customer(in asking: Asking) throws(Refusal) -> String { try asking.part("id").uppercased() }

    /// What is not asked for fits.
    private static func isSame(_ known: String?, _ wanted: String?) -> Bool {
        wanted.map { known?.lowercased() == $0.lowercased() } ?? true
    }

    private static func view(_ id: String, of customer: String, in world: World) throws(Refusal) -> View {
        guard let contact = world.erp.contacts.all(of: customer).first(where: { $0.id == id }) else {
            throw Refusal.missing("contact \(id)")
        }
        return View(contact, customer: customer)
    }

    private struct View: Encodable, Sendable {
        let id, key, customerId, role, name: String
        let email: String?
        let correlationId: String

        init(_ contact: ContactState.Contact, customer: String) {
            id = contact.id
            key = contact.key
            customerId = customer
            role = contact.body.role
            name = contact.body.name
            email = contact.body.email
            correlationId = contact.correlationID
        }
    }
}
