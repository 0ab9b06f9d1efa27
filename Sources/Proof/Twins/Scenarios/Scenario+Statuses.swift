import Connectors
import Fleet
import FoundationEssentials
import Sagas
import Workers

/// Stories whose end is what the CRM says.
extension Scenario {
    /// A cancellation of two finished versions that a person forbids: what stands is the second.
    package static func rejectedAfterTwo() throws -> Scenario {
        let events = [
            try SampleDeals.arrival(), try SampleDeals.arrival(2, total: 120_000),
            try SampleDeals.arrival(3, kind: .cancel),
        ]
        return Scenario(
            "rejected-after-two", events.map { Cue(.event($0)) } + [Cue(.decide(isApproved: false))]
        ) { tables, world in
            states(tables, [.finished, .finished, .finished]) + said(world, "staffing ready")
                + ids(tables, world, of: 2)
        }
    }

    /// A cancellation that comes before its deal, which is stale then.
    package static func cancelledFirst() throws -> Scenario {
        Scenario(
            "cancelled-first",
            [Cue(.event(try SampleDeals.arrival(2, kind: .cancel))), Cue(.event(try SampleDeals.arrival()))]
        ) { tables, world in
            states(tables, [.finished]) + said(world, "cancelled") + counts(world, projects: 0)
        }
    }

    /// A newer version that is refused and taken back: the first version stands.
    package static func secondTakenBack() throws -> Scenario {
        let refusal = TargetFault(.createTasks, .refuse(code: "period_closed", text: "closed"))
        return Scenario(
            "second-taken-back",
            [
                Cue(.event(try SampleDeals.arrival())), Cue(.arm([refusal])),
                Cue(.event(try SampleDeals.arrival(2, total: 120_000))), Cue(.arm([])), Cue(.support(.undo)),
            ]
        ) { tables, world in
            states(tables, [.finished, .compensated]) + said(world, "staffing ready") + ids(tables, world, of: 1)
        }
    }

    /// Two contracts of one opportunity, the first of which is called off.
    package static func twoContracts() throws -> Scenario {
        let cancel = try SampleDeals.arrival(2, kind: .cancel)
        return Scenario(
            "two-contracts",
            [
                Cue(.event(try SampleDeals.arrival())), Cue(.event(try SampleDeals.arrival(contract: "CT-2"))),
                Cue(.event(cancel)), Cue(.decide(isApproved: true)),
            ]
        ) { tables, world in
            states(tables, [.finished, .finished, .compensated]) + said(world, "cancelled")
                + said(world, "staffing ready", of: "CT-2")
        }
    }

    /// What people do about a change order whose base can never come.
    package enum Remedy: Sendable, CaseIterable {
        /// The contract is published once more as a whole.
        case replace
        /// It is given up: the later version has it already.
        case giveUp
        /// Nothing yet.
        case wait
    }

    /// A version, a change order upon it and a complete newer one, in any order, each once the one before is at rest or,
    /// where `isTight`, so close to one another that nothing ends in between.
    package static func overtaken(
        _ order: [Int], isTight: Bool = true, then remedy: Remedy = .wait
    ) throws -> Scenario {
        let events = try order.map { version in
            try SampleDeals.arrival(
                version, kind: version == 2 ? .change(base: 1) : .complete, total: Int64(90_000 + version))
        }
        var cues = events.enumerated().map { Cue(.event($1), isTight && $0 > 0 ? .before($0 + 1) : .atRest) }
        switch remedy {
        case .replace: cues.append(Cue(.event(try SampleDeals.arrival(4, total: 90_004))))
        case .giveUp: cues.append(Cue(.support(.keep)))
        case .wait: break
        }
        let name = "overtaken-\(order.map(String.init).joined())-\(remedy)"
        return Scenario(name, cues) { tables, world in
            guard tables.handoffs.contains(where: { $0.version == 2 }) else {
                // The change order came when the newer version had begun: that is told by its own class.
                return counted(tables, .lateChange, 1) + said(world, "staffing ready")
            }
            let state = tables.handoffs.first { $0.version == 2 }?.state
            if tables.handoffs.contains(where: { $0.version == 1 }) {
                // Its base was there before the newer version began.
                return (state == .finished ? [] : ["the change order is \(state.map { "\($0)" } ?? "-")"])
                    + counted(tables, .baseStale, 0) + said(world, "staffing ready")
            }
            switch remedy {
            case .wait:
                return (state == .behind ? [] : ["the change order is no longer asked about"])
                    + counted(tables, .baseStale, 1) + asked(world)
            case .replace:
                return (state == .stopped ? [] : ["the change order was not replaced"])
                    + counted(tables, .baseStale, 0) + said(world, "staffing ready") + ids(tables, world, of: 4)
            case .giveUp:
                return (state == .discarded ? [] : ["the change order was not given up"])
                    + counted(tables, .baseStale, 0) + said(world, "staffing ready") + ids(tables, world, of: 3)
            }
        }
    }

    private static func counted(_ tables: Tables, _ incidentClass: IncidentClass, _ expected: Int) -> [String] {
        let open = tables.incidents.filter { $0.state == .open }.map(\.incidentClass)
        return open == Array(repeating: incidentClass, count: expected) ? [] : ["\(open) are open"]
    }

    /// The CRM says that sales operations decide about the change order, and shows what stands.
    private static func asked(_ world: TargetWorld) -> [String] {
        let status = world.statuses["O-1/CT-1"]
        let isAsked =
            status?.state == "blocked" && status?.waitingOn == "sales_operations" && status?.projectID != nil
            && status?.attention?.contains("change order 2") == true
        return isAsked ? [] : ["the CRM says \(status.map { "\($0)" } ?? "nothing")"]
    }

    /// Three deals in a line for one ticket.
    package static func threeDeals() throws -> Scenario {
        let others = try (2...3).map { try SampleDeals.arrival(opportunity: "O-\($0)", contract: "CT-\($0)") }
        return Scenario(
            "three-deals",
            [Cue(.event(try SampleDeals.arrival()))] + others.enumerated().map { Cue(.event($1), .before($0 + 2)) }
        ) { tables, world in
            states(tables, [.finished, .finished, .finished])
                + counts(world, customers: 1, projects: 3, tasks: 3, schedules: 3, activations: 3)
        }
    }

    /// What the CRM says in the end about a contract, of which nothing more is asked.
    static func said(_ world: TargetWorld, _ state: String, of contract: String = "CT-1") -> [String] {
        let status = world.statuses["O-1/\(contract)"]
        let isSaid =
            status?.state == state && status?.waitingOn == nil && status?.nextTry == nil && status?.attention == nil
        return isSaid ? [] : ["the CRM says \(status.map { "\($0)" } ?? "nothing") of \(contract), not \(state)"]
    }

    /// The ids that the CRM shows are those of a version.
    private static func ids(_ tables: Tables, _ world: TargetWorld, of version: Int) -> [String] {
        let status = world.statuses["O-1/CT-1"]
        let steps = tables.handoffs.first { $0.version == version }?.steps ?? []
        let made = ["create-customer", "create-project", "create-billing-schedule"].map { label in
            steps.first { $0.label == label }?.receipt?.externalID
        }
        let shown = [status?.customerID, status?.projectID, status?.scheduleID]
        return shown == made ? [] : ["the CRM shows \(shown), and version \(version) made \(made)"]
    }
}
