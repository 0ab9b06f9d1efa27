import Testing

@testable import Drill

/// Each kind of mistake, planted alone into a run in which all went well, is found and named.
@Suite struct JudgementTests {
    @Test("a run in which all went well is clean, and its account is exact")
    func clean() {
        let verdict = Verdict(on: Planted.cleanRun())
        #expect(verdict.violations == [])
        #expect(verdict.balance.isExact)
        #expect(
            verdict.balance.ends == [
                "accepted, finished": 1, "accepted, parked": 1, "accepted, stopped": 1, "accepted, compensated": 1,
                "rejected": 1,
            ])
    }

    @Test(
        "H17 a message planted as lost, doubled, made up or wrongly answered is found", arguments: Plants.conservation)
    func conservation(plant: Plant) { expect(plant) }

    @Test("C2 an effect planted as doubled, lost, orphaned or in doubt is found", arguments: Plants.effects)
    func effects(plant: Plant) { expect(plant) }

    @Test("C13 a compensation planted as out of order or half done is found", arguments: Plants.compensations)
    func compensations(plant: Plant) { expect(plant) }

    @Test("H4 an incident planted without its copy, or a copy without its incident, is found", arguments: Plants.rest)
    func rest(plant: Plant) { expect(plant) }

    @Test("C2 V1 a copy that came late and was removed took no effect; one that was left is doubled, unless it is told")
    func removedCopy() {
        var evidence = Planted.cleanRun()
        let key = evidence.effects.first { $0.id == "PRJ-1" }?.key ?? ""
        evidence.made("create_project", "PRJ-9", key: key, contract: "C-O-1")
        #expect(Verdict(on: evidence).violations.map(\.rule).contains(.onceEach))
        let step = evidence.store.steps.first { Things.wireKey($0.key) == key }
        evidence.made("delete_project", "PRJ-9", key: Things.wireKey("\(step?.key ?? "")/copy/PRJ-9"))
        #expect(Verdict(on: evidence).violations == [])
        evidence.made("create_project", "PRJ-10", key: key, contract: "C-O-1")
        #expect(Verdict(on: evidence).violations.map(\.rule).contains(.onceEach))
        evidence.store.incidents.append(
            .init(
                id: "told", cause: "copy/\(step?.handoff ?? "")/3/PRJ-10", handoff: step?.handoff, step: step?.name,
                queue: "project-provisioning", incidentClass: "copy_left", isBlocking: false, state: "closed",
                hasDue: false))
        #expect(Verdict(on: evidence).violations == [])
    }

    @Test("V1 where targets are slow or late one deal of a thousand may wait for people instead, with its incident")
    func leftToPeople() {
        var evidence = Planted.cleanRun()
        for number in 10..<1010 {
            evidence.deal("O-\(number)", "handoff-\(number)", state: "finished", .finishes)
        }
        func fates() -> [Violation] { FateJudgement.judge(evidence) }
        #expect(fates() == [])
        func giveUp(_ handoff: String) {
            evidence.change(handoff: handoff) { $0.state = "parked" }
            evidence.incident("incident-\(handoff)", of: handoff, messageID: nil)
            evidence.store.incidents[evidence.store.incidents.count - 1].incidentClass = "attempts_used_up"
        }
        giveUp("handoff-10")
        #expect(fates().count == 1)
        evidence.hasPoorTargets = true
        #expect(fates() == [])
        evidence.store.incidents.removeLast()
        #expect(fates().count == 1, "nobody was told")
        giveUp("handoff-10")
        giveUp("handoff-11")
        #expect(fates().count == 1, "too many")
    }

    @Test("V1 a copy of a parked handoff is accounted for while its look sleeps, and only then")
    func awaitedCopy() {
        var evidence = Planted.cleanRun()
        let step = evidence.store.steps.first { $0.handoff == Planted.refused && $0.name == "create-project" }
        evidence.made("create_project", "PRJ-9", key: Things.wireKey(step?.key ?? ""), contract: "C-O-2")
        #expect(Verdict(on: evidence).violations.map(\.rule) == [.effectOwned])
        evidence.store.looks = [.init(handoff: Planted.refused, step: "create-project", round: 1, state: "waiting")]
        #expect(Verdict(on: evidence).violations == [])
        evidence.change(step: "create-project", of: Planted.refused) { $0.externalID = "PRJ-8" }
        evidence.made("create_project", "PRJ-8", key: Things.wireKey(step?.key ?? ""), contract: "C-O-2")
        #expect(Verdict(on: evidence).violations.map(\.rule) == [.effectOwned], "its own is no copy")
    }

    @Test("V1 a look that is still to be made at a closed handoff is not at rest; one that sleeps with an open one is")
    func looks() {
        var evidence = Planted.cleanRun()
        let handoff = evidence.store.handoffs[0].id
        for (state, isAtRest) in [("done", true), ("due", false), ("waiting", false)] {
            evidence.store.looks = [.init(handoff: handoff, step: "create-project", round: 1, state: state)]
            #expect(Verdict(on: evidence).violations.isEmpty == isAtRest, "\(state)")
        }
    }

    @Test("an uncertain publication may have arrived or not: both are in order")
    func uncertain() {
        var evidence = Planted.cleanRun()
        evidence.published[0].isConfirmed = false
        #expect(Verdict(on: evidence).isClean)
        var lost = PublishedMessage(.deal, messageID: "nobody knows", queue: "deal-events")
        lost.source = "crm"
        lost.eventID = "nobody knows"
        evidence.published.append(lost)
        #expect(Verdict(on: evidence).isClean)
    }

    @Test(
        "a cancellation past the point of no return that waits for an approval is at rest, and so are its looks"
    )
    func approval() {
        var evidence = Planted.cleanRun()
        evidence.deal("O-4", "4", state: "finished", .isCancelled)
        evidence.deal("O-4", "5", version: 9, kind: .cancellation, state: "waiting", .isCancelled)
        evidence.change(handoff: "5") { $0.cause = "approval:cancel:abc" }
        evidence.store.looks = [.init(handoff: "4", step: "create-project", round: 1, state: "waiting")]
        #expect(Verdict(on: evidence).violations == [])
        evidence.change(handoff: "5") { $0.cause = "failure" }
        #expect(Set(Verdict(on: evidence).violations.map(\.rule)) == [.atRest, .fate])
    }

    @Test("a later version's schedule takes the place of an earlier one's; two live projects do not")
    func laterVersion() {
        var evidence = Planted.cleanRun()
        evidence.deal("O-1", "6", version: 2, state: "finished", .finishes)
        evidence.tookBack("cancel_billing_schedule", "BIL-1")
        evidence.made(step: "create-billing-schedule", of: "6", id: "BIL-6", sum: 100)
        #expect(Verdict(on: evidence).violations == [])
        evidence.made(step: "create-project", of: "6", id: "PRJ-6", contract: "C-O-1")
        #expect(Verdict(on: evidence).violations.map(\.rule) == [.oneProject])
    }

    @Test("every rule is broken by some plant")
    func everyRule() {
        let planted = (Plants.conservation + Plants.effects + Plants.compensations + Plants.rest).map(\.rules)
        #expect(planted.reduce(into: Set()) { $0.formUnion($1) } == Set(Violation.Rule.allCases))
    }

    private func expect(_ plant: Plant) {
        var evidence = Planted.cleanRun()
        plant.change(&evidence)
        let verdict = Verdict(on: evidence)
        #expect(Set(verdict.violations.map(\.rule)) == plant.rules, "\(verdict.text)")
        #expect(!verdict.isClean)
    }
}
