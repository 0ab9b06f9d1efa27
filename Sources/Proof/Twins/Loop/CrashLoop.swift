/// Tells a scenario again and again, each time with another fault, until one run does not end as it must.
package struct CrashLoop: Sendable {
    let scenario: Scenario
    let setup: Setup

    /// Looks for faults that `scenario` does not survive.
    package init(_ scenario: Scenario, setup: Setup = Setup()) {
        self.scenario = scenario
        self.setup = setup
    }

    /// A run that did not end as it must.
    package struct Finding: Sendable, CustomStringConvertible {
        /// What to give `BATON_CRASH_REPLAY` to see the same run again.
        package let replay: String
        package let faults: [Fault]
        package let complaints: [String]
        package let timeline: [String]

        package var description: String {
            """
            BATON_CRASH_REPLAY=\(replay) (\(faults.map(\.description).joined(separator: ", ")))
            \(complaints.joined(separator: "\n"))
            \(timeline.joined(separator: "\n"))
            """
        }
    }

    /// Tells it without any fault.
    package func plain() async -> Finding? {
        await tell([], seed: nil, replay: "\(scenario.name):0")
    }

    /// Tells it with each of `kinds` at every effect, one at a time; `runs` counts them.
    package func everyEffect(_ kinds: [Fault.Kind], runs: inout Int) async -> Finding? {
        let effects = await scenario.run(setup: setup).effects
        for effect in 1...max(effects, 1) {
            for kind in kinds {
                runs += 1
                let fault = Fault(effect: effect, kind: kind, roll: .max)
                if let finding = await tell([fault], seed: nil, replay: "\(scenario.name):\(effect)") {
                    return finding
                }
            }
        }
        return nil
    }

    /// Tells it with a worker that stands still at each effect, and wakes when the next owner has just died in the middle
    /// of its work: two claim one handoff then, and one of them is wrong.
    package func everyOvertaking(runs: inout Int) async -> Finding? {
        let effects = await scenario.run(setup: setup).effects
        for effect in 1...max(effects, 1) {
            for distance in 4...10 {
                for turns in UInt64(2)...3 {
                    runs += 1
                    let faults = Self.overtaking(effect, distance, turns)
                    let finding = await tell(
                        faults, seed: nil, replay: "\(scenario.name):\(effect)+\(distance)x\(turns)")
                    if let finding { return finding }
                }
            }
        }
        return nil
    }

    private static func overtaking(_ effect: Int, _ distance: Int, _ turns: UInt64) -> [Fault] {
        // The turns are counted from one, and the broker does not notice.
        [
            Fault(effect: effect, kind: .overtaken, roll: (turns << 1 | 1) << 8),
            Fault(effect: effect + distance, kind: .crashBefore),
        ]
    }

    /// Tells it with two faults of any kind at any effects, messages and sweeps in any order, once for each seed.
    package func pairs(_ seeds: Range<UInt64>) async -> Finding? {
        let effects = await scenario.run(setup: setup).effects
        for seed in seeds {
            let faults = pair(seed, effects: effects)
            if let finding = await tell(faults, seed: seed, replay: "\(scenario.name):seed\(seed)") { return finding }
        }
        return nil
    }

    /// Tells it as `pairs` does with one seed.
    package func pair(_ seed: UInt64) async -> Report {
        let effects = await scenario.run(setup: setup).effects
        return await run(pair(seed, effects: effects), seed: seed, isTold: true)
    }

    private func pair(_ seed: UInt64, effects: Int) -> [Fault] {
        var dice = Dice(seed: seed &* 0x2545_F491_4F6C_DD1D)
        return (0..<2).map { _ in
            Fault(effect: 1 + Int(dice.next() % UInt64(max(effects, 1))), kind: nil, roll: dice.next())
        }
    }

    /// Tells it as a finding's `replay` says: the number of an effect, or `seed` and a number.
    package func replay(_ which: String) async -> [Report] {
        if which.hasPrefix("seed"), let seed = UInt64(which.dropFirst(4)) {
            return [await pair(seed)]
        }
        let numbers = which.split { $0 == "+" || $0 == "x" }.compactMap { UInt64($0) }
        if numbers.count == 3 {
            let faults = Self.overtaking(Int(numbers[0]), Int(numbers[1]), numbers[2])
            return [await run(faults, seed: nil, isTold: true)]
        }
        guard let effect = Int(which) else { return [] }
        var reports: [Report] = []
        for kind in Fault.Kind.allCases {
            reports.append(await run([Fault(effect: effect, kind: kind, roll: .max)], seed: nil, isTold: true))
        }
        return reports
    }

    private func run(_ faults: [Fault], seed: UInt64?, isTold: Bool) async -> Report {
        // A loop takes a minute and never waits for anything: others get their turn between two runs.
        await Task.yield()
        return await scenario.run(faults, seed: seed, isTold: isTold, setup: setup)
    }

    /// A run that ends badly is told again, with its timeline.
    private func tell(_ faults: [Fault], seed: UInt64?, replay: String) async -> Finding? {
        let report = await run(faults, seed: seed, isTold: false)
        guard !report.complaints.isEmpty else { return nil }
        let told = await run(faults, seed: seed, isTold: true)
        return Finding(
            replay: replay, faults: faults, complaints: report.complaints,
            timeline: told.complaints == report.complaints ? told.timeline : ["told again, it went another way"])
    }
}
