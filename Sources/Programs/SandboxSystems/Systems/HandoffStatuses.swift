/// The CRM's view of a handoff: full state at each write, never older than what is there.
enum HandoffStatuses {
    static func write(_ asking: Asking) throws -> Asking.Decision {
        let opportunity = try asking.part("id")
        let asked = try asking.written(HandoffBody.self)
        return { world in
            if let known = world.crm.history(of: opportunity).last {
                guard asked.body.sourceVersion >= known.body.sourceVersion else {
                    throw Refusal(
                        .conflict, "older_version",
                        "version \(asked.body.sourceVersion) is older than \(known.body.sourceVersion)")
                }
                // The state that is there already, said again: no effect.
                if asked.hash == known.hash { return Answer(.ok, View(known), isReplay: true) }
            }
            try world.record(.writeHandoff, asked, id: opportunity, asked: .handoff(asked.body))
            return try Answer(.ok, newest(of: opportunity, in: world))
        }
    }

    static func get(_ asking: Asking) throws -> Asking.Decision {
        let opportunity = try asking.part("id")
        return { world in try Answer(.ok, newest(of: opportunity, in: world)) }
    }

    static func history(_ asking: Asking) throws -> Asking.Decision {
        let opportunity = try asking.part("id")
        return { world in Answer(.ok, Items(items: world.crm.history(of: opportunity).map(View.init))) }
    }

    private static func newest(of opportunity: String, in world: World) throws(Refusal) -> View {
        guard let status = world.crm.history(of: opportunity).last else {
            throw Refusal.missing("handoff of \(opportunity)")
        }
        return View(status)
    }

    private struct View: Encodable, Sendable {
        let seq: Int
        let time, key: String
        let state: String
        let waitingOn: String?
        let since: String
        let nextTry, projectId, customerId, scheduleId: String?
        let sourceVersion: Int64
        let correlationId: String

        init(_ status: CRMState.Status) {
            seq = status.seq
            time = status.time
            key = status.key
            state = status.body.state
            waitingOn = status.body.waitingOn
            since = status.body.since
            nextTry = status.body.nextTry
            projectId = status.body.projectId
            customerId = status.body.customerId
            scheduleId = status.body.scheduleId
            sourceVersion = status.body.sourceVersion
            correlationId = status.correlationID
        }
    }
}
