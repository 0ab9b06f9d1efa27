import Testing
import Twins

/// What the CRM says in the end, and who moves up in a line, with every fault at every place.
@Suite(.serialized) struct StatusLoopTests {
    @Test("V2 a rejected or empty cancellation, and an undoing, tell the CRM what stands", .timeLimit(.minutes(3)))
    func standing() async throws {
        for scenario in [
            try Scenario.rejectedCancellation(), try .rejectedAfterTwo(), try .cancelledFirst(), try .secondTakenBack(),
        ] {
            let loop = CrashLoop(scenario)
            expectNothing(await loop.plain())
            var runs = 0
            expectNothing(await loop.everyEffect([.crashBefore], runs: &runs))
        }
    }

    @Test("V2 two contracts of one opportunity each have their status, whatever fails", .timeLimit(.minutes(3)))
    func contracts() async throws {
        let loop = CrashLoop(try .twoContracts())
        expectNothing(await loop.plain())
        var runs = 0
        expectNothing(await loop.everyEffect([.crashBefore], runs: &runs))
    }

    @Test(
        "V5 a change order whose base can never come is said so at once, in each order of arrival",
        .timeLimit(.minutes(3)),
        arguments: [[1, 2, 3], [1, 3, 2], [2, 1, 3], [2, 3, 1], [3, 1, 2], [3, 2, 1]])
    func orders(order: [Int]) async throws {
        for isTight in [true, false] {
            for remedy in Scenario.Remedy.allCases {
                let scenario = try Scenario.overtaken(order, isTight: isTight, then: remedy)
                expectNothing(await CrashLoop(scenario).plain())
            }
        }
    }

    @Test(
        "V5 a change order without a base is replaced by a later complete version, or given up, whatever fails",
        .timeLimit(.minutes(3)), arguments: [Scenario.Remedy.replace, .giveUp])
    func remedies(remedy: Scenario.Remedy) async throws {
        let loop = CrashLoop(try .overtaken([2, 3, 1], isTight: false, then: remedy))
        var runs = 0
        expectNothing(await loop.everyEffect([.crashBefore], runs: &runs))
        #expect(runs > 20)
    }

    @Test(
        "H11 deals that stand in line for one ticket all finish, whatever fails", .timeLimit(.minutes(3)),
        arguments: ["three-deals", "two-deals"])
    func line(name: String) async throws {
        var setup = Setup()
        setup.ticketWindow = 1
        let scenario = name == "three-deals" ? try Scenario.threeDeals() : try #require(try Scenario.named(name))
        let loop = CrashLoop(scenario, setup: setup)
        expectNothing(await loop.plain())
        var runs = 0
        expectNothing(await loop.everyEffect([.crashBefore], runs: &runs))
        expectNothing(await loop.pairs(1..<20))
    }

    @Test("a line in which nobody moves up is found out", .timeLimit(.minutes(1)))
    func planted() async throws {
        var setup = Setup(storePlants: .lineStands)
        setup.ticketWindow = 1
        #expect(await CrashLoop(try .threeDeals(), setup: setup).plain() != nil)
    }
}
