import Testing
import Twins

@Suite struct PlainTests {
    @Test("plants")
    func plants() async throws {
        let setups: [(String, Setup, [Scenario])] = [
            ("sound", Setup(), [try .oneDeal(), try .cancelled(before: 26)]),
            ("sound2", Setup(), [try .versionBehind(), try .repeated(), try .deadly()]),
            ("noTokenCheck", Setup(storePlants: .noTokenCheck), [try .oneDeal()]), ("noStateCheck", Setup(storePlants: .noStateCheck), [try .cancelled(before: 26)]),
            ("laneNotReleased", Setup(storePlants: .laneNotReleased), [try .versionBehind()]),
            ("noVersionCheck", Setup(storePlants: .noVersionCheck), [try .repeated()]),
            ("noLanes", Setup(storePlants: .noLanes),  [try .versionBehind()]),
            ("doubt", Setup(storePlants: .doubtIsNoBar),  [try .deadly()]),
            ("noNativeKeys", Setup(hasNativeKeys: false), [try .oneDeal()]),
        ]
        for (name, setup, all) in setups {
            let start = ContinuousClock.now
            var runs = 0
            var found: CrashLoop.Finding?
            for scenario in all {
                let loop = CrashLoop(scenario, setup: setup)
                found = await loop.plain()
                if found == nil { found = await loop.everyEffect(Fault.Kind.allCases, runs: &runs) }
                if found == nil { found = await loop.everyOvertaking(runs: &runs) }
                if found == nil { found = await loop.pairs(0..<300) }
                if found != nil { break }
            }
            print("PLANT", name, runs, ContinuousClock.now - start, found?.replay ?? "NOT CAUGHT", found?.faults.map(\.description) ?? [], found?.complaints ?? [])
            if name.hasPrefix("sound"), let found { print(found) }
        }
    }
}
