/// The ERP's customers: creating has native idempotency, replacing writes each time it is called.
enum Customers {
    static func create(_ asking: Asking) throws -> Asking.Decision {
        let asked = try asking.written(CustomerBody.self)
        return { world in
            if let known = world.erp.customer(key: asked.key) {
                guard known.createdHash == asked.hash else { throw Refusal.otherBody(key: asked.key) }
                return Answer(.ok, View(known), isReplay: true)
            }
            let id = world.erp.nextCustomerID
            try world.record(.createCustomer, asked, id: id, asked: .customer(asked.body))
            return try Answer(.created, view(id, in: world))
        }
    }

    static func update(_ asking: Asking) throws -> Asking.Decision {
        let id = try asking.part("id").uppercased()
        let asked = try asking.written(CustomerBody.self)
        return { world in
            guard world.erp.customers[id] != nil else { throw Refusal.missing("customer \(id)") }
            try world.record(.updateCustomer, asked, id: id, asked: .customer(asked.body))
            return try Answer(.ok, view(id, in: world))
        }
    }

    static func get(_ asking: Asking) throws -> Asking.Decision {
        let id = try asking.part("id").uppercased()
        return { world in try Answer(.ok, view(id, in: world)) }
    }

    static func find(_ asking: Asking) throws -> Asking.Decision {
        if let key = asking.query["key"] {
            return { world in Answer(.ok, Items(items: world.erp.customer(key: key).map { [View($0)] } ?? [])) }
        }
        let entity = try asking.queried("entity")
        let (taxID, name) = (asking.query["taxId"], asking.query["name"])
        guard taxID != nil || name != nil else {
            throw Refusal(.badRequest, "missing_query", "the query names neither key nor taxId nor name")
        }
        return { world in
            Answer(.ok, Items(items: world.erp.customers(entity: entity, taxID: taxID, name: name).map(View.init)))
        }
    }

    private static func view(_ id: String, in world: World) throws(Refusal) -> View {
        guard let customer = world.erp.customers[id] else { throw Refusal.missing("customer \(id)") }
        return View(customer)
    }

    private struct View: Encodable, Sendable {
        let id, key: String
        let externalReference: String?
        let name, entity: String
        let taxId, email, parentId: String?
        let correlationId: String

        init(_ customer: ERPState.Customer) {
            id = customer.id
            key = customer.key
            externalReference = customer.body.externalReference
            name = customer.body.name
            entity = customer.body.entity
            taxId = customer.body.taxId
            email = customer.body.email
            parentId = customer.body.parentId
            correlationId = customer.correlationID
        }
    }
}
