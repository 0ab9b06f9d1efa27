/// The CRM's view of handoffs: full state at each write, one for each contract, never older than what is there.
enum HandoffStatuses {
    static func write(_ asking: Asking) throws -> Asking.Decision {
        let opportunity = try asking.part("id")
        let asked = try asking.written(HandoffBody.self)
        return { world in
            let contract = asked.body.contract
            if let known = world.crm.history(of: opportunity).last(where: { $0.body.contract == contract }) {
                guard asked.body.sourceVersion >= known.body.sourceVersion else {
                    throw Refusal(
                        .conflict, "older_version",
                        "version \(asked.body.sourceVersion) is older than \(known.body.sourceVersion)")
                }
                // The state that is there already, said again: no effect.
                if asked.hash == known.hash { return Answer(.ok, View(known), isReplay: true) }
            }
            try world.record(.writeHandoff, asked, id: opportunity, asked: .handoff(asked.body))
            return try Answer(.ok, newest(of: opportunity, contract, in: world))
        }
    }

    /// The newest status of the contract that the query names; without one the newest of all, with each contract's beside
    /// it where there are several.
    static func get(_ asking: Asking) throws -> Asking.Decision {
        let opportunity = try asking.part("id")
        let contract = asking.query["contract"]
        return { world in
            if let contract { return Answer(.ok, try newest(of: opportunity, contract, in: world)) }
            let all = world.crm.history(of: opportunity)
            guard let last = all.last else { throw Refusal.missing("handoff of \(opportunity)") }
            let named = Dictionary(grouping: all.filter { $0.body.contract != nil }, by: \.body.contract)
            let newest = named.values.compactMap(\.last).sorted { ($0.body.contract ?? "") < ($1.body.contract ?? "") }
            return Answer(.ok, View(last, contracts: newest.count > 1 ? newest.map { View($0) } : nil))
        }
    }

    static func history(_ asking: Asking) throws -> Asking.Decision {
        let opportunity = try asking.part("id")
        return { world in Answer(.ok, Items(items: world.crm.history(of: opportunity).map { View($0) })) }
    }

    private static func newest(of opportunity: String, _ contract: String?, in world: World) throws(Refusal) -> View {
        guard let status = world.crm.history(of: opportunity).last(where: { $0.body.contract == contract }) else {
            throw Refusal.missing("handoff of \(opportunity)" + (contract.map { ", contract \($0)" } ?? ""))
        }
        return View(status)
    }

    private struct View: Encodable, Sendable {
        let seq: Int
        let time, key: String
        let contract: String?
        let state: String
        let waitingOn: String?
        let since: String
        let nextTry, projectId, customerId, scheduleId, attention: String?
        let sourceVersion: Int64
        let correlationId: String
        let contracts: [View]?

        init(_ status: CRMState.Status, contracts: [View]? = nil) {
            seq = status.seq
            time = status.time
            key = status.key
            contract = status.body.contract
            state = status.body.state
            waitingOn = status.body.waitingOn
            since = status.body.since
            nextTry = status.body.nextTry
            projectId = status.body.projectId
            customerId = status.body.customerId
            scheduleId = status.body.scheduleId
            attention = status.body.attention
            sourceVersion = status.body.sourceVersion
            correlationId = status.correlationID
            self.contracts = contracts
        }
    }
}
