/// The ERP's customers: creating has native idempotency, replacing writes each time it is called.
enum Customers {
    static func create(_ asking: Asking) throws -> Asking.Decision {
        let asked = try asking.written(CustomerBody.self)
        return { world in
            if let known = world.erp.customer(key: asked.key) {
                guard known.createdHash == asked.hash else { throw Refusal.otherBody(key: asked.key) }
                return Answer(.ok, View(known), isReplay: true)
            }
            try checkParent(of: asked.body, in: world)
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
            try checkParent(of: asked.body, in: world)
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
        let query = asking.query
        guard query["taxId"] != nil || query["name"] != nil || query["search"] != nil else {
            throw Refusal(.badRequest, "missing_query", "the query names neither key nor taxId nor name nor search")
        }
        return { world in
            let found = world.erp.customers(
                entity: query["entity"], taxID: query["taxId"], name: query["name"], search: query["search"])
            return Answer(.ok, Items(items: found.prefix(mostFound).map(View.init)))
        }
    }

    /// How many customers a look-up answers at most.
    private static let mostFound = 50

    /// A child without its parent is never made.
    private static func checkParent(of customer: CustomerBody, in world: World) throws(Refusal) {
        guard let parent = customer.parentId, world.erp.customers[parent.uppercased()] == nil else { return }
        throw Refusal(.unprocessableContent, "unknown_parent", "\(parent) does not exist")
    }

    private static func view(_ id: String, in world: World) throws(Refusal) -> View {
        guard let customer = world.erp.customers[id] else { throw Refusal.missing("customer \(id)") }
        return View(customer)
    }

    private struct View: Encodable, Sendable {
        let id, key: String
        let externalReference: String?
        let name, entity: String
        let taxId, email, country, parentId: String?
        let archived: Bool?
        let correlationId: String

        init(_ customer: ERPState.Customer) {
            id = customer.id
            key = customer.key
            externalReference = customer.body.externalReference
            name = customer.body.name
            entity = customer.body.entity
            taxId = customer.body.taxId
            email = customer.body.email
            country = customer.body.country
            parentId = customer.body.parentId
            archived = customer.body.archived
            correlationId = customer.correlationID
        }
    }
}
