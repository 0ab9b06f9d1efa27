import Connectors
import Handoffs

/// Deals whose plans have all that a catalog adds.
extension Scenario {
    /// A parent, two contacts, dimensions, two phases, two demands and a number.
    package static let provisioning = HandoffPlan.Provisioning(
        parent: CustomerRecord(
            name: "Acme Holding SE", legalEntity: "DE01", taxID: "DE900", email: nil, parentID: nil),
        contacts: [
            ContactRecord(role: "billing", name: "Bea Bill", email: "Bea@acme.example"),
            ContactRecord(role: "sponsor", name: "Sven Sponsor", email: nil),
        ],
        dimensions: DimensionRecord(
            legalEntity: "DE01", costCentre: "DE01-4100", values: ["practice": "CLOUD"], projectReference: "CT-1"),
        phases: [
            PhaseRecord(
                code: "PLAN", name: "Planning", template: TemplateUsed(code: "IMPL", version: 3),
                tasks: [
                    TaskRecord(line: "1", code: "PLAN-1", name: "Workshops"),
                    TaskRecord(line: "1", code: "PLAN-2", name: "Preparation", parent: "PLAN-1"),
                ]),
            PhaseRecord(
                code: "BUILD", name: "Building", template: TemplateUsed(code: "IMPL", version: 3),
                tasks: [TaskRecord(line: "1", code: "BUILD-1", name: "Configuration", billingCode: "T-100")]),
        ],
        demands: [
            DemandRecord(role: "consultant", skill: "SAP FI", location: "DE", start: "2027-01-01", hours: 80),
            DemandRecord(role: "consultant", skill: "SAP FI", location: "FR", start: "2027-01-01"),
        ],
        numberSeries: "DE01/2027", numberPattern: "DE-{year}-{seq:6}",
        templates: [TemplateUsed(code: "IMPL", version: 3)], catalogVersion: "c0ffee")

    /// One deal, from its event to its announcement.
    package static func provisioned() throws -> Scenario {
        with(
            Scenario("provisioned", [Cue(.event(try SampleDeals.arrival()))]) { tables, world in
                states(tables, [.finished]) + whole(world, deals: 1)
            })
    }

    /// Two deals of one customer whom nobody knows yet, at once.
    package static func provisionedTwice() throws -> Scenario {
        let other = try SampleDeals.arrival(opportunity: "O-2", contract: "CT-2")
        return with(
            Scenario(
                "provisioned-twice", [Cue(.event(try SampleDeals.arrival())), Cue(.event(other), .before(2))]
            ) { tables, world in states(tables, [.finished, .finished]) + whole(world, deals: 2) })
    }

    /// The same deal again and again: the very same event, and the same content under another id.
    package static func provisionedAgain() throws -> Scenario {
        let first = try SampleDeals.arrival()
        let again = try SampleDeals.arrival(event: "again")
        return with(
            Scenario(
                "provisioned-again",
                [
                    Cue(.event(first)), Cue(.event(first), .before(60)), Cue(.event(again), .before(90)),
                    Cue(.event(again)),
                ]
            ) { tables, world in states(tables, [.finished]) + whole(world, deals: 1) })
    }

    /// A deal that is cancelled before the effect of this number, or once it is finished: what it alone had is gone.
    package static func provisionedCancelled(before effect: Int) throws -> Scenario {
        let cancel = try SampleDeals.arrival(2, kind: .cancel)
        return with(
            Scenario(
                "provisioned-cancelled-\(effect)",
                [
                    Cue(.event(try SampleDeals.arrival())), Cue(.event(cancel), .before(effect)),
                    Cue(.decide(isApproved: true)),
                ]
            ) { tables, world in
                guard tables.handoffs.contains(where: { $0.kind == .cancel && !$0.state.isOpen }) else {
                    return ["the cancellation is not over"]
                }
                return counts(world, projects: 0, tasks: 0, schedules: 0, activations: 0)
                    + provisions(world, reservations: 0, demands: 0) + family(world)
            })
    }

    /// A deal one of whose calls is refused until a person has seen to the cause.
    package static func provisionedRefused(_ verb: TargetVerb) throws -> Scenario {
        let refusal = TargetFault(verb, .refuse(code: "period_closed", text: "closed"))
        return with(
            Scenario(
                "provisioned-refused-\(verb.rawValue)",
                [
                    Cue(.event(try SampleDeals.arrival())), Cue(.arm([])),
                    Cue(.support(.requeue(adopting: nil))),
                ], faults: [refusal]
            ) { tables, world in states(tables, [.finished]) + whole(world, deals: 1) })
    }

    /// A deal of a company that buys for itself, and then one of a company that belongs to it, whose deal says less of it.
    package static func provisionedFamily() throws -> Scenario {
        let parent = try SampleDeals.arrival(
            opportunity: "O-2", contract: "CT-2", customer: ("Acme Holding SE", taxID: "DE900"))
        return with(
            Scenario(
                "provisioned-family", [Cue(.event(parent)), Cue(.event(try SampleDeals.arrival()), .before(20))]
            ) { tables, world in
                let known = world.customers.first { $0.record.taxID == "DE900" }?.record
                return states(tables, [.finished, .finished]) + counts(world, customers: 2, projects: 2) + family(world)
                    + (known?.email == "ap@acme.example" ? [] : ["the parent lost its e-mail address"])
            })
    }

    /// Calls of such a deal that can be refused with nothing lost, in order.
    package static let refusableOfProvisioned: [TargetVerb] = [
        .createCustomer, .createContact, .reserveDimensions, .createProject, .createTasks, .publishDemand,
    ]

    /// At least as many effects as such a deal has before it is finished.
    package static let effectsOfProvisioned = 118

    /// Every such scenario that random faults are thrown at; where there is one for each step or moment, `number` chooses.
    static func allProvisioned(choosing number: Int) throws -> [Scenario] {
        let call = refusableOfProvisioned[number % refusableOfProvisioned.count]
        return [
            try provisioned(), try provisionedTwice(), try provisionedAgain(), try provisionedFamily(),
            try provisionedRefused(call),
            try provisionedCancelled(before: number % (effectsOfProvisioned + 2)),
        ]
    }

    private static func with(_ scenario: Scenario) -> Scenario {
        var scenario = scenario
        scenario.provisioning = provisioning
        return scenario
    }
}

/// What the ends of such scenarios ask for.
extension Scenario {
    /// All that so many deals of the customer need, and nothing twice.
    private static func whole(_ world: TargetWorld, deals: Int) -> [String] {
        let numbers = world.projects.filter { !$0.isGone }.compactMap(\.record.number)
        let expected = (1...deals).map { "DE-2027-00000\($0)" }
        return counts(
            world, customers: 2, projects: deals, tasks: 2 * deals, schedules: deals, activations: deals)
            + provisions(world, contacts: 2, reservations: deals, demands: 2 * deals) + family(world)
            + (numbers.sorted() == expected ? [] : ["the projects are numbered \(numbers)"])
    }

    private static func provisions(
        _ world: TargetWorld, contacts: Int? = nil, reservations: Int, demands: Int
    ) -> [String] {
        let found: [(String, Int, Int?)] = [
            ("contacts", world.contacts.count { !$0.isGone }, contacts),
            ("reservations", world.reservations.count { !$0.isGone }, reservations),
            ("demands", world.demands.count { !$0.isGone }, demands),
        ]
        return found.compactMap { name, count, expected in
            expected.map { $0 == count } ?? true ? nil : "\(count) \(name), not \(expected ?? 0)"
        }
    }

    /// No customer of the plan stands without its parent.
    private static func family(_ world: TargetWorld) -> [String] {
        let parent = world.customers.first { $0.record.taxID == "DE900" }
        let children = world.customers.filter { $0.record.taxID != "DE900" }
        let orphans = children.filter { $0.record.parentID == nil || $0.record.parentID != parent?.id }
        return orphans.map { "customer \($0.id) has no parent" }
    }
}
