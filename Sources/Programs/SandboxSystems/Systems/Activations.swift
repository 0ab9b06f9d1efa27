/// The PSA's activation of a project: done once, asked as often as one likes.
enum Activations {
    static func create(_ asking: Asking) throws -> Asking.Decision {
        let project = try asking.part("externalReference")
        let asked = try asking.written(BareBody.self)
        return { world in
            if let known = world.psa.activations[project] {
                return Answer(.ok, View(known, project: project) { $0.uppercased() }, isReplay: true)
            }
            let id = world.psa.nextActivationID
            try world.record(.activateProject, asked, id: id, subject: project, asked: .activation(asked.body))
            guard let activation = world.psa.activations[project] else { throw Refusal.missing("activation \(id)") }
            return Answer(.created, View(activation, project: project) { $0.uppercased() })
        }
    }

    static func get(_ asking: Asking) throws -> Asking.Decision {
        let project = try asking.part("externalReference")
        return { world in
            guard let activation = world.psa.activations[project] else {
                throw Refusal.missing("activation of \(project)")
            }
            return Answer(.ok, View(activation, project: project) { $0 })
        }
    }

    static func delete(_ asking: Asking) throws -> Asking.Decision {
        let project = try asking.part("externalReference")
        let asked = try asking.written(BareBody.self)
        return { world in
            guard let activation = world.psa.activations[project] else {
                throw Refusal.missing("activation of \(project)")
            }
            return try world.remove(activation.id, by: .deactivateProject, asked, subject: project) {
                $0.uppercased()
            }
        }
    }

    private struct View: Encodable, Sendable {
        let id, key, project, activatedAt, correlationId: String

        init(_ activation: PSAState.Activation, project: String, spelling: (String) -> String) {
            id = spelling(activation.id)
            key = activation.key
            self.project = project
            activatedAt = activation.time
            correlationId = activation.correlationID
        }
    }
}
