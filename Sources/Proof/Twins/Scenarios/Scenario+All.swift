import Connectors
import Fleet
import FoundationEssentials
import Sagas

extension Scenario {
    /// One deal, from its event to its announcement.
    package static func oneDeal() throws -> Scenario {
        Scenario("deal", [Cue(.event(try SampleDeals.arrival()))]) { tables, world in
            states(tables, [.finished]) + counts(world, projects: 1, tasks: 1, schedules: 1, activations: 1)
        }
    }

    /// A version and a complete newer one, which goes on with the project and replaces the schedule.
    package static func newVersion() throws -> Scenario {
        let events = [try SampleDeals.arrival(), try SampleDeals.arrival(2, total: 120_000)]
        return Scenario("new-version", events.map { Cue(.event($0)) }) { tables, world in
            states(tables, [.finished, .finished])
                + counts(world, projects: 1, tasks: 2, schedules: 1, activations: 1)
        }
    }

    /// A version and a change order upon it, both on their way at once.
    package static func changeOrder() throws -> Scenario {
        let change = try SampleDeals.arrival(2, kind: .change(base: 1), total: 30_000)
        return Scenario(
            "change-order", [Cue(.event(try SampleDeals.arrival())), Cue(.event(change), .before(12))]
        ) { tables, world in
            states(tables, [.finished, .finished]) + counts(world, projects: 1, tasks: 2, activations: 1)
        }
    }

    /// A complete version that arrives while the one before it is in work.
    package static func versionBehind() throws -> Scenario {
        Scenario(
            "version-behind",
            [
                Cue(.event(try SampleDeals.arrival())),
                Cue(.event(try SampleDeals.arrival(2, total: 120_000)), .before(20)),
            ]
        ) { tables, world in
            states(tables, [.finished, .finished])
                + counts(world, projects: 1, tasks: 2, schedules: 1, activations: 1)
        }
    }

    /// A deal that is cancelled before the effect of this number, or once it is finished.
    package static func cancelled(before effect: Int) throws -> Scenario {
        let cancel = try SampleDeals.arrival(2, kind: .cancel)
        return Scenario(
            "cancelled-\(effect)",
            [
                Cue(.event(try SampleDeals.arrival())), Cue(.event(cancel), .before(effect)),
                Cue(.decide(isApproved: true)),
            ]
        ) { tables, world in
            // A cancellation that came first is not about this deal.
            guard tables.handoffs.contains(where: { $0.kind == .cancel && !$0.state.isOpen }) else {
                return ["the cancellation is not over"]
            }
            return counts(world, projects: 0, tasks: 0, schedules: 0, activations: 0)
        }
    }

    /// A cancellation after the point of no return that a person forbids.
    package static func rejectedCancellation() throws -> Scenario {
        let cancel = try SampleDeals.arrival(2, kind: .cancel)
        return Scenario(
            "rejected",
            [Cue(.event(try SampleDeals.arrival())), Cue(.event(cancel)), Cue(.decide(isApproved: false))]
        ) { tables, world in
            states(tables, [.finished, .finished]) + said(world, "staffing ready")
                + counts(world, projects: 1, tasks: 1, schedules: 1, activations: 1)
        }
    }

    /// A deal one of whose calls is refused; a person sees to the cause and acts.
    package static func refused(_ verb: TargetVerb, then act: SupportAct) throws -> Scenario {
        let name = "refused-\(verb.rawValue)-\(act == .undo ? "undo" : act == .keep ? "keep" : "requeue")"
        let refusal = TargetFault(verb, .refuse(code: "period_closed", text: "closed"))
        return Scenario(
            name, [Cue(.event(try SampleDeals.arrival())), Cue(.arm([])), Cue(.support(act))],
            faults: [refusal]
        ) { tables, world in
            switch act {
            case .requeue:
                states(tables, [.finished]) + incidents(tables, open: 0, naming: verb)
                    + counts(world, projects: 1, tasks: 1, schedules: 1, activations: 1)
            case .undo:
                states(tables, [.compensated])
                    + counts(world, projects: 0, tasks: 0, schedules: 0, activations: 0)
            case .keep: states(tables, [.discarded]) + counts(world, projects: 1)
            }
        }
    }

    /// A deal whose saga takes back by itself what came before a refused step.
    package static func turnedBack(_ verb: TargetVerb) throws -> Scenario {
        let refusal = TargetFault(verb, .refuse(code: "period_closed", text: "closed"))
        return Scenario(
            "turned-back-\(verb.rawValue)", [Cue(.event(try SampleDeals.arrival()))], turnsBack: true,
            faults: [refusal]
        ) { tables, world in
            states(tables, [.compensated]) + incidents(tables, open: 1, naming: verb)
                + counts(world, projects: 0, tasks: 0, schedules: 0, activations: 0)
        }
    }

    /// A cancellation one of whose undoings is refused until a person has seen to it.
    package static func refusedUndo(_ verb: TargetVerb) throws -> Scenario {
        let refusal = TargetFault(verb, .refuse(code: "period_closed", text: "closed"))
        let cancel = try SampleDeals.arrival(2, kind: .cancel)
        return Scenario(
            "refused-\(verb.rawValue)",
            [
                Cue(.event(try SampleDeals.arrival())), Cue(.event(cancel)), Cue(.decide(isApproved: true)),
                Cue(.support(.requeue(adopting: nil))), Cue(.arm([])), Cue(.support(.requeue(adopting: nil))),
            ], faults: [refusal]
        ) { tables, world in
            states(tables, [.finished, .compensated])
                + counts(world, projects: 0, tasks: 0, schedules: 0, activations: 0)
                + cases(tables, rounds: 2)
        }
    }

    /// A cancellation whose schedule was invoiced: it stays, and so does the project that it hangs on.
    package static func invoiced() throws -> Scenario {
        let cancel = try SampleDeals.arrival(2, kind: .cancel)
        return Scenario(
            "invoiced",
            [
                Cue(.event(try SampleDeals.arrival())), Cue(.event(cancel)), Cue(.decide(isApproved: true)),
            ],
            faults: [TargetFault(.cancelBillingSchedule, .refuse(code: "already_invoiced", text: "invoice 7"))]
        ) { tables, world in
            // The ERP keeps a project that is billed: that refusal is for people.
            let parked = tables.handoffs.last?.state == .parked
            return (parked ? [] : ["the project's refusal was dropped"])
                + counts(world, projects: 1, tasks: 0, schedules: 1, activations: 0)
        }
    }

    /// Two deals of a customer that nobody knows yet, at once.
    package static func twoDeals() throws -> Scenario {
        let other = try SampleDeals.arrival(opportunity: "O-2", contract: "CT-2")
        return Scenario(
            "two-deals", [Cue(.event(try SampleDeals.arrival())), Cue(.event(other), .before(2))]
        ) { tables, world in
            states(tables, [.finished, .finished])
                + counts(world, customers: 1, projects: 2, tasks: 2, schedules: 2, activations: 2)
        }
    }

    /// Targets that ask for fewer calls.
    package static func throttled() throws -> Scenario {
        let verbs: [TargetVerb] = [.createCustomer, .createProject, .createTasks, .createBillingSchedule]
        return Scenario(
            "throttled", [Cue(.event(try SampleDeals.arrival()))],
            faults: verbs.map { TargetFault($0, .throttle(retryAfter: .seconds(7)), count: 1) }
        ) { tables, world in
            states(tables, [.finished])
                + counts(world, projects: 1, tasks: 1, schedules: 1, activations: 1)
        }
    }

    /// A deal whose planning finds the ERP unavailable twice, and throttled once.
    package static func unplannable() throws -> Scenario {
        Scenario(
            "unplannable", [Cue(.event(try SampleDeals.arrival()))], asksFirst: true,
            faults: [
                TargetFault(.findCustomer, .error, count: 1), TargetFault(.findCustomer, .timeoutBefore, count: 1),
                TargetFault(.findCustomer, .throttle(retryAfter: .seconds(7)), count: 1),
            ]
        ) { tables, world in
            states(tables, [.finished]) + planningAttempts(tables, 2 + 2)
                + counts(world, projects: 1, tasks: 1, schedules: 1, activations: 1)
        }
    }

    /// The same version again and again: the very same event, and the same content under another id.
    package static func repeated() throws -> Scenario {
        let first = try SampleDeals.arrival()
        let again = try SampleDeals.arrival(event: "again")
        return Scenario(
            "repeated",
            [
                Cue(.event(first)), Cue(.event(first), .before(20)), Cue(.event(again), .before(31)),
                Cue(.event(first)), Cue(.event(again)),
            ]
        ) { tables, world in
            states(tables, [.finished]) + counts(world, projects: 1, tasks: 1, schedules: 1, activations: 1)
        }
    }

    /// Tasks that kill whoever makes them or asks for them, until nobody tries any more: what became of them is in doubt
    /// and may not be discarded.
    package static func deadly() throws -> Scenario {
        Scenario(
            "deadly",
            [
                Cue(.event(try SampleDeals.arrival())), Cue(.support(.keep)), Cue(.arm([])),
                Cue(.support(.requeue(adopting: nil))),
            ], faults: [TargetFault(.createBillingSchedule, .kill), TargetFault(.findBillingSchedule, .kill)]
        ) { tables, world in
            states(tables, [.finished])
                + counts(world, projects: 1, tasks: 1, schedules: 1, activations: 1)
        }
    }

    /// A project that a person made by hand when the ERP refused, and named.
    package static func adopted() throws -> Scenario {
        let refusal = TargetFault(.createProject, .refuse(code: "entity_unmapped", text: "unmapped"))
        return Scenario(
            "adopted",
            [
                Cue(.event(try SampleDeals.arrival())), Cue(.support(.requeue(adopting: "PRJ-000001"))),
            ],
            faults: [refusal],
            byHand: ProjectRecord(
                name: "By hand", customerID: "CUS-000001", legalEntity: "DE01", currency: "EUR",
                contract: "CT-1", number: nil, start: "2027-01-01", end: "2027-12-31", manager: "-")
        ) { tables, world in
            states(tables, [.finished])
                + counts(world, projects: 1, tasks: 1, schedules: 1, activations: 1)
        }
    }
}

/// What the ends of scenarios ask for.
extension Scenario {
    static func states(_ tables: Tables, _ expected: [Rows.State]) -> [String] {
        let states = tables.handoffs.map(\.state)
        return states == expected ? [] : ["the handoffs are \(states), not \(expected)"]
    }

    static func counts(
        _ world: TargetWorld, customers: Int? = nil, projects: Int? = nil, tasks: Int? = nil,
        schedules: Int? = nil, activations: Int? = nil
    ) -> [String] {
        let found: [(String, Int, Int?)] = [
            ("customers", world.customers.count, customers),
            ("projects", world.projects.count { !$0.isGone }, projects),
            ("task lists", world.taskLists.count { !$0.isGone }, tasks),
            ("schedules", world.schedules.count { !$0.isGone }, schedules),
            ("activations", world.activations.count { !$0.isGone }, activations),
        ]
        let same = Dictionary(grouping: world.customers) { "\($0.record.legalEntity) \($0.record.taxID ?? "")" }
        return same.filter { $0.value.count > 1 }.map { "\($0.value.count) customers of one tax id" }
            + found.compactMap { name, count, expected in
                expected.map { $0 == count } ?? true ? nil : "\(count) \(name), not \(expected ?? 0)"
            }
    }

    /// Failed look-ups are counted, and a throttled one is none; a crash loses a count and never adds one. Of the look-ups
    /// the loop itself makes two fail at most.
    private static func planningAttempts(_ tables: Tables, _ most: Int) -> [String] {
        tables.handoffs.compactMap { row in
            row.planningAttempts > most ? "\(row.planningAttempts) attempts at planning, not \(most)" : nil
        }
    }

    /// The incident names the step that was refused.
    static func incidents(_ tables: Tables, open: Int, naming verb: TargetVerb) -> [String] {
        let label = verb.rawValue.split(separator: "_").joined(separator: "-")
        let about = tables.incidents.filter { $0.step == label }
        let stillOpen = tables.incidents.count { $0.state == .open }
        return (about.isEmpty ? ["no incident names \(label)"] : [])
            + (stillOpen == open ? [] : ["\(stillOpen) incidents are open, not \(open)"])
    }

    /// The failures of one step are one case, however often they were tried.
    private static func cases(_ tables: Tables, rounds: Int) -> [String] {
        let blocking = tables.incidents.filter(\.isBlocking)
        return blocking.count == rounds && Set(blocking.map(\.caseID)).count == 1
            ? [] : ["\(blocking.count) incidents of \(Set(blocking.map(\.caseID)).count) cases"]
    }
}
