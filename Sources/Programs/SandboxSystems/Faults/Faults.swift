import Synchronization

/// The rules in force.
final class Faults: Sendable {
    /// What the rules do to one request.
    struct Strike: Sendable {
        /// How long it waits before anything else happens.
        var latency: Duration = .zero
        /// The first rule that hit it, latencies aside.
        var rule: FaultRule?
    }

    private struct Armed {
        var rule: FaultRule
        var dice: Dice

        /// Throws the dice and counts down for a request that fits.
        mutating func hits() -> Bool {
            if rule.count == 0 { return false }
            if let probability = rule.probability, Double.random(in: 0..<1, using: &dice) >= probability {
                return false
            }
            rule.count = rule.count.map { $0 - 1 }
            return true
        }
    }

    private let armed = Mutex<[Armed]>([])

    /// The rules, with the counts that are left.
    var rules: [FaultRule] { armed.withLock { $0.map(\.rule) } }

    /// Replaces all rules.
    func replace(with rules: [FaultRule]) {
        armed.withLock { $0 = rules.map { Armed(rule: $0, dice: Dice(state: $0.seed ?? 0)) } }
    }

    /// Says what happens to a request: latencies add up, of the other rules the first that hits decides.
    func strike(_ verb: Verb, _ asking: Asking) -> Strike {
        armed.withLock { armed in
            var strike = Strike()
            for index in armed.indices where armed[index].rule.fits(verb, asking) {
                guard armed[index].hits() else { continue }
                let rule = armed[index].rule
                guard rule.effect == .latency else {
                    strike.rule = rule
                    return strike
                }
                strike.latency += .milliseconds(rule.latencyMs ?? 0)
            }
            return strike
        }
    }
}

/// SplitMix64: the same seed gives the same throws.
private struct Dice: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
