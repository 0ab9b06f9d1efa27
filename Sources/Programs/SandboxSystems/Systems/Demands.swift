/// The PSA's demands: no idempotency, and ids in capitals and small letters as with task lists.
enum Demands {
    static func publish(_ asking: Asking) throws -> Asking.Decision {
        let project = try asking.part("externalReference")
        let asked = try asking.written(DemandBody.self)
        return { world in
            let id = world.psa.nextDemandID
            try world.record(.publishDemand, asked, id: id, subject: project, asked: .demand(asked.body))
            return try Answer(.created, view(id, of: project, in: world) { $0.uppercased() })
        }
    }

    static func find(_ asking: Asking) throws -> Asking.Decision {
        let project = try asking.part("externalReference")
        let key = asking.query["key"]
        return { world in
            let demands = world.psa.demands(of: project).filter { $0.key == key ?? $0.key }
            return Answer(.ok, Items(items: demands.map { View($0, project: project) { $0 } }))
        }
    }

    static func get(_ asking: Asking) throws -> Asking.Decision {
        let project = try asking.part("externalReference")
        let id = try asking.part("id").lowercased()
        return { world in try Answer(.ok, view(id, of: project, in: world) { $0 }) }
    }

    static func withdraw(_ asking: Asking) throws -> Asking.Decision {
        let project = try asking.part("externalReference")
        let id = try asking.part("id").lowercased()
        let asked = try asking.written(BareBody.self)
        return { world in
            _ = try view(id, of: project, in: world) { $0 }
            return try world.remove(id, by: .withdrawDemand, asked, subject: project) { $0.uppercased() }
        }
    }

    private static func view(
        _ id: String, of project: String, in world: World, spelling: (String) -> String
    ) throws(Refusal) -> View {
        guard let demand = world.psa.demands(of: project).first(where: { $0.id == id }) else {
            throw Refusal.missing("demand \(id)")
        }
        return View(demand, project: project, spelling: spelling)
    }

    private struct View: Encodable, Sendable {
        let id, key, project, role, skill, location, startDate: String
        let hours: Int?
        let correlationId: String

        init(_ demand: PSAState.Demand, project: String, spelling: (String) -> String) {
            id = spelling(demand.id)
            key = demand.key
            self.project = project
            role = demand.body.role
            skill = demand.body.skill
            location = demand.body.location
            startDate = demand.body.startDate
            hours = demand.body.hours
            correlationId = demand.correlationID
        }
    }
}
