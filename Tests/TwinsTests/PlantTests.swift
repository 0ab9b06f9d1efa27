import Testing
import Twins

/// A mistake that is planted, and the scenario in which it must show.
struct Plant: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let setup: Setup
    let scenario: String

    static let all = [
        Plant("who was overtaken may still write", .noTokenCheck, in: "deal"),
        Plant("who was closed under its feet may still write", .noStateCheck, in: "cancelled-26"),
        Plant("what is in doubt may be discarded", .doubtIsNoBar, in: "deadly"),
        Plant("the lane is not handed on", .laneNotReleased, in: "version-behind"),
        Plant("a read-back counts at once", .settledAtOnce, in: "cancelled-26"),
        Plant("undone first to last", .undoFirstToLast, in: "cancelled-26"),
        Plant("leases last for ever", .leasesForEver, in: "deal"),
        Plant("a known version is taken once more", .noVersionCheck, in: "repeated"),
        Plant("intents are not written", .noIntents, in: "deal"),
        Plant("a lane takes two at once", .noLanes, in: "version-behind"),
        Plant("acknowledged before the work", loop: .ackFirst, in: "deal"),
        Plant("called after the deadline", loop: .noDeadline, in: "deal"),
        Plant("the read-back finds nothing", loop: .noReadBack, in: "deal"),
        Plant("nobody sweeps", loop: .noSweeper, in: "deal"),
    ]

    private init(
        _ what: String, _ store: StorePlants = [], loop: LoopPlants = [], in scenario: String
    ) {
        testDescription = what
        setup = Setup(storePlants: store, loopPlants: loop)
        self.scenario = scenario
    }
}

@Suite struct PlantTests {
    @Test("M1 a planted mistake is found, and replays", .timeLimit(.minutes(1)), arguments: Plant.all)
    func planted(plant: Plant) async throws {
        let scenario = try #require(try Scenario.named(plant.scenario))
        let loop = CrashLoop(scenario, setup: plant.setup)
        var runs = 1
        var finding = await loop.plain()
        if finding == nil { finding = await loop.everyEffect(Fault.Kind.allCases, runs: &runs) }
        if finding == nil { finding = await loop.everyOvertaking(runs: &runs) }
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
