import Synchronization

/// How many calls are in flight at each system, and how many ever were at once.
final class Traffic: Sendable {
    struct Gauge: Encodable, Sendable {
        var now = 0
        var peak = 0
    }

    private let gauges = Mutex<[SystemName: Gauge]>([:])

    /// Every system's figures, by name.
    var figures: [String: Gauge] {
        gauges.withLock { gauges in
            Dictionary(uniqueKeysWithValues: SystemName.allCases.map { ($0.rawValue, gauges[$0] ?? Gauge()) })
        }
    }

    func enter(_ system: SystemName) {
        gauges.withLock {
            $0[system, default: Gauge()].now += 1
            $0[system, default: Gauge()].peak = max($0[system]?.peak ?? 0, $0[system]?.now ?? 0)
        }
    }

    func leave(_ system: SystemName) {
        gauges.withLock { $0[system, default: Gauge()].now -= 1 }
    }

    /// Lets the peaks begin again from what is in flight now.
    func resetPeaks() {
        gauges.withLock { gauges in
            gauges = gauges.mapValues { Gauge(now: $0.now, peak: $0.now) }
        }
    }
}
