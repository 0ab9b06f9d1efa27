/// The ERP's projects: creating has no idempotency at all, two posts make two projects, unless both ask for one number.
enum Projects {
    static func create(_ asking: Asking) throws -> Asking.Decision {
        let asked = try asking.written(ProjectBody.self)
        return { world in
            guard world.erp.customers[asked.body.customerId.uppercased()] != nil else {
                throw Refusal(.unprocessableContent, "unknown_customer", "\(asked.body.customerId) does not exist")
            }
            if let number = asked.body.number, !world.erp.projects(number: number).isEmpty {
                throw Refusal(.conflict, "duplicate_number", "number \(number) is taken")
            }
            let id = world.erp.nextProjectID
            try world.record(.createProject, asked, id: id, asked: .project(asked.body))
            return try Answer(.created, view(id, in: world))
        }
    }

    static func find(_ asking: Asking) throws -> Asking.Decision {
        let reference = try asking.queried("externalReference")
        return { world in Answer(.ok, Items(items: world.erp.projects(reference: reference).map(View.init))) }
    }

    static func get(_ asking: Asking) throws -> Asking.Decision {
        let id = try asking.part("id").uppercased()
        return { world in try Answer(.ok, view(id, in: world)) }
    }

    static func delete(_ asking: Asking) throws -> Asking.Decision {
        let id = try asking.part("id").uppercased()
        let asked = try asking.written(BareBody.self)
        return { world in
            guard world.erp.project(id) != nil else { throw Refusal.missing("project \(id)") }
            guard !world.erp.hasSchedules(project: id) else {
                throw Refusal(.conflict, "has_schedules", "project \(id) has billing schedules")
            }
            return try world.remove(id, by: .deleteProject, asked)
        }
    }

    private static func view(_ id: String, in world: World) throws(Refusal) -> View {
        guard let project = world.erp.project(id) else { throw Refusal.missing("project \(id)") }
        return View(project)
    }

    private struct View: Encodable, Sendable {
        let id, number, key: String
        let externalReference: String
        let name, customerId, entity, currency, contract, startDate, endDate, manager: String
        let correlationId: String

        init(_ project: ERPState.Project) {
            id = project.id
            number = project.number
            key = project.key
            externalReference = project.body.externalReference ?? project.key
            name = project.body.name
            customerId = project.body.customerId
            entity = project.body.entity
            currency = project.body.currency
            contract = project.body.contract
            startDate = project.body.startDate
            endDate = project.body.endDate
            manager = project.body.manager
            correlationId = project.correlationID
        }
    }
}
