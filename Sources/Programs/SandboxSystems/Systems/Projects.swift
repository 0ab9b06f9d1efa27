/// The ERP's projects: creating has no idempotency at all, two posts make two projects.
enum Projects {
    static func create(_ asking: Asking) throws -> Asking.Decision {
        let asked = try asking.written(ProjectBody.self)
        return { world in
            guard world.erp.customers[asked.body.customerId.uppercased()] != nil else {
                throw Refusal(.unprocessableContent, "unknown_customer", "\(asked.body.customerId) does not exist")
            }
            let id = world.erp.nextProjectID
            try world.record(.createProject, asked, id: id, asked: .project(asked.body))
            guard let project = world.erp.projects[id] else { throw Refusal.missing("project \(id)") }
            return Answer(.created, View(project))
        }
    }

    static func find(_ asking: Asking) throws -> Asking.Decision {
        let reference = try asking.queried("externalReference")
        return { world in Answer(.ok, Items(items: world.erp.projects(reference: reference).map(View.init))) }
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
