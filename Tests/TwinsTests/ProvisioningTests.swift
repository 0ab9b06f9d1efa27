import Connectors
import Handoffs
import Sagas
import Testing
import Twins

/// What a catalog adds to a deal, carried out by the real engine and the real steps with every fault at every place.
@Suite(.serialized) struct ProvisioningTests {
    private static let crashes: [Fault.Kind] = [.crashBefore, .crashAfter]

    @Test(
        "C12 a crash before and after every effect: parent, contacts, dimensions, phases and demands stand once",
        .timeLimit(.minutes(5)))
    func crashes() async throws {
        for scenario in try [
            Scenario.provisioned(), .provisionedTwice(), .provisionedAgain(), .provisionedFamily(),
        ] {
            let loop = CrashLoop(scenario)
            expectNothing(await loop.plain())
            var runs = 0
            expectNothing(await loop.everyEffect(Self.crashes, runs: &runs))
            #expect(runs > 200, "a loop that finds nothing to break proves nothing")
        }
    }

    @Test(
        "C12 a lost answer, an effect not done or done late, a doubled message, a worker overtaken, at every effect",
        .timeLimit(.minutes(5)))
    func otherFaults() async throws {
        var runs = 0
        let loop = CrashLoop(try .provisioned())
        expectNothing(await loop.everyEffect([.notDone, .answerLost, .doubled, .late, .overtaken], runs: &runs))
        #expect(runs > 500)
    }

    @Test(
        "C13 a deal with all of that, cancelled at every moment, is undone strictly last first", .timeLimit(.minutes(5))
    )
    func cancelled() async throws {
        let plain = await (try Scenario.provisioned()).run()
        #expect(plain.effects > 100 && plain.effects <= Scenario.effectsOfProvisioned)
        for moment in 0...(plain.effects + 1) {
            expectNothing(await CrashLoop(try .provisionedCancelled(before: moment)).plain())
        }
        var runs = 0
        for moment in [45, 80, Scenario.effectsOfProvisioned + 1] {
            let loop = CrashLoop(try .provisionedCancelled(before: moment))
            expectNothing(await loop.everyEffect(Self.crashes, runs: &runs))
        }
        #expect(runs > 500)
    }

    @Test(
        "D12 whatever call is refused, a person sees to it and the deal goes on from there", .timeLimit(.minutes(5)),
        arguments: Scenario.refusableOfProvisioned)
    func refused(verb: TargetVerb) async throws {
        let scenario = try Scenario.provisionedRefused(verb)
        expectNothing(await CrashLoop(scenario).plain())
        let end = await scenario.run()
        let step = try #require(end.tables.incidents.first?.step)
        let expected = verb == .createCustomer ? "create-parent-customer" : verb.rawValue.replacing("_", with: "-")
        #expect(step.split(separator: "/").first.map(String.init) == expected)
    }

    @Test("B7 the parent is made before the child, whose record names it, and a crash between leaves no orphan")
    func parentFirst() async throws {
        let scenario = try Scenario.provisioned()
        let end = await scenario.run()
        let parent = try #require(end.world.customers.first)
        let child = try #require(end.world.customers.last)
        #expect(parent.record.name == "Acme Holding SE" && parent.record.parentID == nil)
        #expect(child.record.name == "Acme GmbH" && child.record.parentID == parent.id)
        let steps = try #require(end.tables.handoffs.first?.steps.map(\.label))
        #expect(steps.prefix(2) == ["create-parent-customer", "create-customer"])
        let made = end.world.effects.filter { $0.verb == .createCustomer }
        #expect(made.map(\.id) == [parent.id, child.id])
        // The scenario's end asks of every customer whether its parent is there.
        var runs = 0
        expectNothing(await CrashLoop(scenario).everyEffect(Self.crashes, runs: &runs))
        #expect(runs > 200)
    }

    @Test("B7 a parent that is there is linked and keeps what is known of it, and one that is gone makes no child")
    func knownParent() async throws {
        let family = try Scenario.provisionedFamily()
        expectNothing(await CrashLoop(family).plain())
        let end = await family.run()
        let parent = try #require(end.world.customers.first)
        #expect(end.world.customers.map(\.record.parentID) == [nil, parent.id])
        let receipt = end.tables.handoffs.flatMap(\.steps).first { $0.label == "create-parent-customer" }?.receipt
        #expect(receipt?.externalID == parent.id && receipt?.origin == .linked)

        var byHand = try Scenario.provisioned()
        byHand.known = (CustomerRecord(name: "Acme", legalEntity: "DE01", taxID: nil, email: nil, parentID: nil), [])
        byHand.provisioning?.linkedParentID = "CUS-000001"
        byHand.end = { _, _ in [] }
        let child = await byHand.run()
        #expect(child.complaints == [])
        #expect(child.world.customers.map(\.record.parentID) == [nil, "CUS-000001"])

        var own = try Scenario.provisioned()
        own.provisioning?.parent = CustomerRecord(
            name: "Acme GmbH", legalEntity: "DE01", taxID: "DE 811907980", email: nil, parentID: nil)
        own.end = { _, _ in [] }
        let alone = await own.run()
        #expect(alone.complaints == [])
        #expect(alone.world.customers.count == 1 && alone.world.customers.first?.record.parentID == nil)

        var linked = try Scenario.provisioned()
        linked.end = { _, _ in [] }
        linked.provisioning?.parent = nil
        linked.provisioning?.linkedParentID = "CUS-404"
        let parked = await linked.run()
        #expect(parked.tables.incidents.first?.step == "create-parent-customer")
        #expect(parked.tables.incidents.first?.incidentClass == .targetRefused && parked.world.customers.isEmpty)
    }

    @Test(
        "A5 a customer that is there is linked: it is not made, not changed, and not taken back",
        .timeLimit(.minutes(5)))
    func linkedCustomer() async throws {
        var scenario = try Scenario.provisionedCancelled(before: Scenario.effectsOfProvisioned + 1)
        let known = CustomerRecord(
            name: "ACME", legalEntity: "DE01", taxID: "DE 811 907 980", email: nil, parentID: nil)
        scenario.known = (known, [])
        scenario.provisioning?.linkedCustomerID = "CUS-000001"
        scenario.end = { tables, world in
            let step = tables.handoffs.first?.steps.first { $0.label == "create-customer" }
            let isLinked = step?.receipt == Receipt(externalID: "CUS-000001", origin: .linked) && step?.state == .kept
            return (world.customers.map(\.record) == [known] ? [] : ["the customers are \(world.customers.count)"])
                + (isLinked ? [] : ["the customer was not linked"])
        }
        expectNothing(await CrashLoop(scenario).plain())
        scenario.known = nil
        scenario.cues.removeLast(2)
        let parked = await scenario.run()
        #expect(parked.tables.incidents.first?.incidentClass == .targetRefused && parked.world.customers.isEmpty)
    }

    @Test(
        "B16 billing contact and sponsor are made once for two deals of a customer, and linked where people made them")
    func contactsOnce() async throws {
        var scenario = try Scenario.provisionedTwice()
        let end = await scenario.run()
        #expect(end.complaints == [])
        #expect(end.world.contacts.map(\.record.role).sorted() == ["billing", "sponsor"])
        let receipts = end.tables.handoffs.flatMap { row in
            row.steps.filter { $0.label.hasPrefix("create-contact/") }.compactMap(\.receipt)
        }
        #expect(receipts.count == 4 && Set(receipts.map(\.externalID)).count == 2)
        #expect(receipts.count { $0.origin == .created } == 2)
        #expect(end.tables.incidents.isEmpty, "a sponsor without an e-mail address is nobody's business")

        let customer = CustomerRecord(name: "Acme", legalEntity: "DE01", taxID: "DE1", email: nil, parentID: nil)
        let person = ContactRecord(role: "billing", name: "B. Bill", email: "bea@ACME.example")
        scenario.known = (customer, [person])
        scenario.provisioning?.linkedCustomerID = "CUS-000001"
        scenario.end = { _, _ in [] }
        let linked = await scenario.run()
        #expect(linked.complaints == [])
        #expect(linked.world.contacts.map(\.record.role) == ["billing", "sponsor"])
        #expect(linked.world.contacts.first?.record == person, "what people wrote stays as it is")
    }

    @Test(
        "B10 dimensions that do not go together are refused before the project is made, and what was reserved is released"
    )
    func dimensions() async throws {
        var invalid = try Scenario.provisioned()
        invalid.end = { _, _ in [] }
        invalid.provisioning?.dimensions = DimensionRecord(
            legalEntity: "DE01", costCentre: "FR01-4100", values: [:], projectReference: "CT-1")
        let parked = await invalid.run()
        #expect(parked.complaints == [])
        let incident = try #require(parked.tables.incidents.first)
        #expect(incident.incidentClass == .dimensionInvalid && incident.step == "reserve-dimensions")
        #expect(parked.world.projects.isEmpty && parked.world.reservations.isEmpty)

        let cancelled = try Scenario.provisionedCancelled(before: Scenario.effectsOfProvisioned + 1)
        let end = await cancelled.run()
        #expect(end.complaints == [])
        #expect(end.world.reservations.map(\.record) == [try #require(Scenario.provisioning.dimensions)])
        #expect(end.world.reservations.map(\.isGone) == [true])
        let made = end.world.effects.map(\.verb).filter { [.reserveDimensions, .createProject].contains($0) }
        #expect(made == [.reserveDimensions, .createProject])
        let undone = end.world.effects.map(\.verb).filter(\.isInverse)
        #expect(undone.suffix(2) == [.deleteProject, .releaseDimensions])
    }

    @Test("C3 the tasks are the plan's tree, and a failure halfway goes on with the next missing phase")
    func phases() async throws {
        let phases = Scenario.provisioning.phases
        for times in 0...4 {
            // The first phase is made and the answer lost; its read-back finds it, and then the PSA fails for the second.
            var scenario = try Scenario.provisioned()
            scenario.faults = [
                TargetFault(.createTasks, .timeoutAfter, count: 1), TargetFault(.createTasks, .error, count: times),
            ]
            let end = await scenario.run()
            #expect(end.complaints == [])
            #expect(end.world.taskLists.map(\.list) == phases.map(TaskListRecord.phase))
            #expect(end.world.effects.count { $0.verb == .createTasks } == 2)
        }
        // Refused at the second phase, it stands with the first; once the cause is seen to, only the second is made.
        var refused = try Scenario.provisioned()
        refused.faults = [
            TargetFault(.createTasks, .timeoutAfter, count: 1),
            TargetFault(.createTasks, .refuse(code: "period_closed", text: "closed")),
        ]
        let whole = refused.end
        refused.end = { _, _ in [] }
        let parked = await refused.run()
        #expect(parked.complaints == [])
        #expect(parked.tables.incidents.map(\.step) == ["create-tasks/BUILD"])
        #expect(parked.world.taskLists.map(\.list) == [.phase(phases[0])])
        refused.cues += [Cue(.arm([])), Cue(.support(.requeue(adopting: nil)))]
        refused.end = whole
        expectNothing(await CrashLoop(refused).plain())
        let end = await refused.run()
        let project = try #require(end.world.projects.first)
        #expect(end.world.taskLists.map(\.list) == phases.map(TaskListRecord.phase))
        #expect(end.world.taskLists.map(\.id) == parked.world.taskLists.map(\.id) + ["tsk-000002"])
        #expect(end.world.taskLists.allSatisfy { $0.project == project.id && !$0.isGone })
        #expect(end.world.effects.count { $0.verb == .createTasks } == 2)
    }

    @Test("C8 one demand a role with its four attributes, and no delivery doubles it")
    func demandsOnce() async throws {
        let end = await (try Scenario.provisionedAgain()).run()
        #expect(end.complaints == [])
        #expect(end.world.demands.map(\.record) == Scenario.provisioning.demands)
        let labels = end.tables.handoffs.flatMap(\.steps).map(\.label).filter { $0.hasPrefix("publish-demand") }
        #expect(
            labels == [
                "publish-demand/consultant/SAP FI/DE/2027-01-01", "publish-demand/consultant/SAP FI/FR/2027-01-01",
            ])

        var alike = try Scenario.provisioned()
        let demands = [("a/b", "c", "d"), ("a", "b/c", "d"), ("a", "b", "c/d"), ("a", "b%2Fc", "d")].map {
            DemandRecord(role: $0, skill: $1, location: $2, start: "2027-01-01")
        }
        alike.provisioning?.demands = demands
        alike.end = { _, _ in [] }
        let apart = await alike.run()
        #expect(apart.complaints == [] && apart.world.demands.map(\.record) == demands)
    }

    @Test("C18 nobody is asked for before the project exists and is open for work, and once a demand")
    func demandsLast() async throws {
        let end = await (try Scenario.provisioned()).run()
        let verbs = end.world.effects.map(\.verb).filter { $0 != .writeHandoff }
        #expect(verbs.suffix(3) == [.activateProject, .publishDemand, .publishDemand])
        let cancelled = await (try Scenario.provisionedCancelled(before: Scenario.effectsOfProvisioned + 1)).run()
        #expect(cancelled.world.demands.allSatisfy(\.isGone) && cancelled.world.demands.count == 2)
    }

    @Test("B9 the project has the number that it drew, at every try the same")
    func number() async throws {
        var scenario = try Scenario.provisioned()
        scenario.faults = [TargetFault(.createProject, .error, count: 3)]
        let end = await scenario.run()
        #expect(end.complaints == [])
        #expect(end.world.projects.map(\.record.number) == ["DE-2027-000001"])
    }
}
