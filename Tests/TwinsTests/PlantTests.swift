import Testing
import Twins

/// A mistake that is planted, and the scenario in which it must show.
struct Plant: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let setup: Setup
    /// Where it must show, in one of these.
    let scenarios: [String]
    /// A fault that would show something else.
    let spared: Fault.Kind?

    static let all = [
        Plant("who was overtaken may still write", .noTokenCheck, in: "deal"),
        Plant("who was closed under its feet may still write", .noStateCheck, in: "cancelled-26"),
        Plant("what is in doubt may be discarded", .doubtIsNoBar, in: "deadly"),
        Plant("the lane is not handed on", .laneNotReleased, in: "version-behind"),
        // What then comes late is found by a later look, so nobody looks again here.
        Plant(
            "a read-back counts at once", [.settledAtOnce, .noLooks], spared: .afterSettled, in: "cancelled-26",
            "cancelled-27", "cancelled-28", "cancelled-29", "cancelled-30"),
        Plant("undone first to last", .undoFirstToLast, in: "cancelled-26"),
        Plant("leases last for ever", .leasesForEver, in: "deal"),
        Plant("a known version is taken once more", .noVersionCheck, in: "repeated"),
        Plant("intents are not written", .noIntents, in: "deal"),
        Plant("a lane takes two at once", .noLanes, in: "version-behind"),
        Plant("acknowledged before the work", loop: .ackFirst, in: "deal"),
        Plant("called after the deadline", loop: .noDeadline, in: "deal"),
        Plant("the read-back finds nothing", loop: .noReadBack, in: "deal"),
        Plant("nobody looks again", .noLooks, in: "deal"),
        Plant("what is on a receipt is removed", .receiptIsNoBar, in: "deal"),
        Plant("nobody sweeps", loop: .noSweeper, in: "deal"),
    ]

    private init(
        _ what: String, _ store: StorePlants = [], loop: LoopPlants = [], spared: Fault.Kind? = nil,
        in scenarios: String...
    ) {
        testDescription = what
        setup = Setup(storePlants: store, loopPlants: loop)
        self.scenarios = scenarios
        self.spared = spared
    }
}

@Suite struct PlantTests {
    @Test("M1 a planted mistake is found, and replays", .timeLimit(.minutes(1)), arguments: Plant.all)
    func planted(plant: Plant) async throws {
        let kinds = Fault.Kind.allCases.filter { $0 != plant.spared }
        var scenario = try #require(try plant.scenarios.first.flatMap(Scenario.named))
        var loop = CrashLoop(scenario, setup: plant.setup)
        var runs = 0
        var finding: CrashLoop.Finding?
        for name in plant.scenarios where finding == nil {
            scenario = try #require(try Scenario.named(name))
            loop = CrashLoop(scenario, setup: plant.setup)
            runs += 1
            finding = await loop.plain()
            if finding == nil { finding = await loop.everyEffect(kinds, runs: &runs) }
            if finding == nil { finding = await loop.everyOvertaking(runs: &runs) }
        }
        let found = try #require(finding, "\(runs) runs and nobody noticed")
        print("planted: \(plant.testDescription): run \(runs): \(found.replay): \(found.complaints[0])")
        #expect(!found.timeline.isEmpty && found.replay.hasPrefix(scenario.name + ":"))
        // Without the mistake the very same run ends well.
        let place = found.replay.split(separator: ":")[1]
        for report in await CrashLoop(scenario).replay(String(place)) { #expect(report.complaints.isEmpty) }
        for report in await loop.replay(String(place)) where report.complaints == found.complaints {
            #expect(report.timeline == found.timeline)
            return
        }
        Issue.record("told again by '\(found.replay)' it did not happen")
    }
}
