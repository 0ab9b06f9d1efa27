import Foundation
import Testing
import Twins

/// The real engine and the real steps over twins of everything outside them, with every fault at every place.
@Suite(.serialized) struct CrashLoopTests {
    /// How many effects each scenario has to its end, looks among them: each of them comes late once.
    private static let effects = ["deal": 77, "cancelled-26": 46, "change-order": 151]

    @Test(
        "C12 a crash before and after every effect of a deal: it finishes, and each target holds each record once",
        .timeLimit(.minutes(5)),
        arguments: [
            "deal", "unplannable", "version-behind", "change-order", "two-deals", "throttled", "adopted", "repeated",
            "deadly",
        ])
    func crashes(name: String) async throws {
        let loop = CrashLoop(try #require(try Scenario.named(name)))
        expectNothing(await loop.plain())
        var runs = 0
        expectNothing(await loop.everyEffect([.crashBefore, .crashAfter], runs: &runs))
        #expect(runs > 100, "a loop that finds nothing to break proves nothing")
    }

    @Test(
        "C12 a lost answer, an effect not done or done late, a doubled message, a worker overtaken, at every effect",
        .timeLimit(.minutes(5)))
    func otherFaults() async throws {
        var runs = 0
        let loop = CrashLoop(try .oneDeal())
        expectNothing(await loop.everyEffect([.notDone, .answerLost, .doubled, .late, .overtaken], runs: &runs))
        expectNothing(await loop.everyOvertaking(runs: &runs))
        #expect(runs > 1000)
    }

    @Test(
        "V1 an effect that comes after it was asked about, at every call: a later look removes what is there twice",
        .timeLimit(.minutes(5)), arguments: ["deal", "cancelled-26", "change-order"])
    func lateEffects(name: String) async throws {
        for hasNativeKeys in [true, false] {
            var runs = 0
            let (scenario, setup) = (try #require(try Scenario.named(name)), Setup(hasNativeKeys: hasNativeKeys))
            expectNothing(await CrashLoop(scenario, setup: setup).everyEffect([.afterSettled], runs: &runs))
            let effects = await scenario.run(setup: setup).effects
            #expect(effects == Self.effects[name])
            #expect(runs == effects)
        }
    }

    @Test("C12 an ERP that remembers no key makes nothing twice either", .timeLimit(.minutes(5)))
    func forgetfulERP() async throws {
        var runs = 0
        let loop = CrashLoop(try .oneDeal(), setup: Setup(hasNativeKeys: false))
        expectNothing(await loop.everyEffect(Fault.Kind.allCases, runs: &runs))
        #expect(runs > 100)
    }

    @Test("C13 a deal cancelled at every moment is undone strictly last first", .timeLimit(.minutes(5)))
    func cancelled() async throws {
        for moment in 0...(Scenario.effectsOfDeal + 1) {
            expectNothing(await CrashLoop(try .cancelled(before: moment)).plain())
        }
        // With crashes only where a step may be in doubt, and here and there between.
        var runs = 0
        for moment in [1, 7, 16, 18, 20, 21, 24, 25, 31, 32, 45, 58, 64, 66, Scenario.effectsOfDeal + 1] {
            let loop = CrashLoop(try .cancelled(before: moment))
            expectNothing(await loop.everyEffect([.crashBefore, .crashAfter], runs: &runs))
        }
        #expect(runs > 1000)
    }

    @Test(
        "C13 a refused compensation is retried, surfaced, and goes on once requeued", .timeLimit(.minutes(5)),
        arguments: [TargetVerb.cancelBillingSchedule, .deleteTasks])
    func refusedUndo(verb: TargetVerb) async throws {
        var runs = 0
        let loop = CrashLoop(try .refusedUndo(verb))
        expectNothing(await loop.plain())
        expectNothing(await loop.everyEffect([.crashBefore, .crashAfter], runs: &runs))
        #expect(runs > 100)
    }

    @Test(
        "C13 a compensation that fails for now is tried again, and what comes after it waits", .timeLimit(.minutes(1)))
    func failingUndo() async throws {
        for verb in Scenario.refusableUndoings {
            for effect in [TargetFault.Effect.error, .timeoutAfter, .throttle(retryAfter: .seconds(7))] {
                var scenario = try Scenario.cancelled(before: Scenario.effectsOfDeal + 1)
                scenario.faults = [TargetFault(verb, effect, count: 3)]
                expectNothing(await CrashLoop(scenario).plain())
            }
        }
    }

    @Test(
        "C13 what is refused is taken back where the saga or support says so, and kept where support says that",
        .timeLimit(.minutes(5)))
    func takenBack() async throws {
        var runs = 0
        let scenarios: [Scenario] = [
            try .turnedBack(.createTasks), try .turnedBack(.createBillingSchedule),
            try .refused(.createBillingSchedule, then: .undo), try .refused(.createTasks, then: .keep),
            try .invoiced(), try .rejectedCancellation(),
        ]
        for scenario in scenarios {
            let loop = CrashLoop(scenario)
            expectNothing(await loop.plain())
            expectNothing(await loop.everyEffect([.crashBefore, .crashAfter], runs: &runs))
        }
        #expect(runs > 500)
    }

    @Test(
        "D12 billing refused after the customer was made: state kept, incident names the step, requeue makes no second customer",
        .timeLimit(.minutes(1)))
    func billingRefused() async throws {
        var scenario = try Scenario.refused(.createBillingSchedule, then: .requeue(adopting: nil))
        let whole = scenario
        scenario.cues.removeLast(2)
        let parked = await scenario.run()
        let handoff = try #require(parked.tables.handoffs.first)
        #expect(handoff.state == .parked)
        #expect(handoff.steps.prefix(3).allSatisfy { $0.state == .done && $0.receipt != nil })
        #expect(handoff.steps[3].state == .planned, "refused is surely not done")
        let incident = try #require(parked.tables.incidents.first)
        #expect(incident.step == "create-billing-schedule" && incident.isBlocking)
        #expect(incident.story == "ERP answered 422 period_closed" && incident.said == "closed")
        #expect(parked.world.customers.count == 1 && parked.world.schedules.isEmpty)
        let loop = CrashLoop(whole)
        var runs = 0
        expectNothing(await loop.everyEffect([.crashBefore, .crashAfter], runs: &runs))
        let end = await whole.run()
        #expect(end.world.customers.count == 1 && end.world.schedules.count == 1)
        #expect(end.world.effects.map(\.verb).filter { $0 == .createCustomer } == [.createCustomer])
    }

    /// 2,000 seeds of each scenario are a stage of `.ci/long`.
    @Test("H7 random pairs of faults by seed leave no half-applied schedule", .timeLimit(.minutes(60)))
    func pairs() async throws {
        let setting = ProcessInfo.processInfo.environment["BATON_CRASH_SEEDS"].flatMap(Int.init)
        let seeds = setting ?? 80
        print("crash loop: seeds 0 to \(seeds - 1) of each scenario")
        // Scenarios that are told for each step or moment share the seeds.
        let portion = 5
        for start in stride(from: 0, to: seeds, by: portion) {
            let range = UInt64(start)..<UInt64(min(start + portion, seeds))
            for scenario in try Scenario.all(choosing: start / portion * 7) {
                expectNothing(await CrashLoop(scenario).pairs(range))
            }
        }
    }

    @Test("the same seed gives the same run, effect for effect")
    func determinism() async throws {
        for seed in UInt64(0)..<10 {
            let loop = CrashLoop(try .cancelled(before: 30))
            let once = await loop.pair(seed)
            let again = await loop.pair(seed)
            #expect(once.timeline == again.timeline && once.effects > 20)
        }
    }

    @Test(
        "a run that failed is told again",
        .enabled(if: replayWanted != nil, "set BATON_CRASH_REPLAY to what a failure says"))
    func replay() async throws {
        let parts = try #require(replayWanted).split(separator: ":").map(String.init)
        try #require(parts.count == 2, "use <scenario>:<effect> or <scenario>:seed<number>")
        let scenario = try #require(try Scenario.named(parts[0]), "there is no scenario '\(parts[0])'")
        for report in await CrashLoop(scenario).replay(parts[1]) {
            print(report.timeline.joined(separator: "\n"), "\n")
            #expect(report.complaints.isEmpty)
        }
    }
}

private let replayWanted = ProcessInfo.processInfo.environment["BATON_CRASH_REPLAY"]

func expectNothing(_ finding: CrashLoop.Finding?, sourceLocation: SourceLocation = #_sourceLocation) {
    if let finding { Issue.record("\(finding)", sourceLocation: sourceLocation) }
}
