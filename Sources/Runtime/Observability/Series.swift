import CoreMetrics
import Synchronization

/// One metric with one set of label values, that is: one thing that code counts, sets or times.
protocol Series: AnyObject, Sendable {
    /// Adds the current values under `name`.
    func render(name: String, labels: String, to exposition: inout Exposition)
}

/// A sum that only grows.
final class CounterSeries: Series, CounterHandler, FloatingPointCounterHandler {
    private let sum = Mutex(0.0)

    func increment(by amount: Int64) { increment(by: Double(amount)) }

    func increment(by amount: Double) {
        // A scraper takes a smaller value for a restart, so a counter must not go down.
        guard amount > 0 else { return }
        sum.withLock { $0 += amount }
    }

    func reset() { sum.withLock { $0 = 0 } }

    func render(name: String, labels: String, to exposition: inout Exposition) {
        exposition.add(name, labels: labels, value: Exposition.number(sum.withLock { $0 }))
    }
}

/// A value that goes up and down.
final class GaugeSeries: Series, RecorderHandler, MeterHandler {
    private let current = Mutex(0.0)

    func record(_ value: Int64) { set(Double(value)) }
    func record(_ value: Double) { set(value) }
    func set(_ value: Int64) { set(Double(value)) }
    func set(_ value: Double) { current.withLock { $0 = value } }
    func increment(by amount: Double) { current.withLock { $0 += amount } }
    func decrement(by amount: Double) { current.withLock { $0 -= amount } }

    func render(name: String, labels: String, to exposition: inout Exposition) {
        exposition.add(name, labels: labels, value: Exposition.number(current.withLock { $0 }))
    }
}

/// How many values there were and their sum, for values that are not times.
final class SummarySeries: Series, RecorderHandler {
    private let total = Mutex((count: 0, sum: 0.0))

    func record(_ value: Int64) { record(Double(value)) }

    func record(_ value: Double) {
        total.withLock {
            $0.count += 1
            $0.sum += value
        }
    }

    func render(name: String, labels: String, to exposition: inout Exposition) {
        let (count, sum) = total.withLock { $0 }
        exposition.add(name + "_sum", labels: labels, value: Exposition.number(sum))
        exposition.add(name + "_count", labels: labels, value: String(count))
    }
}

/// Times in seconds, counted in fixed buckets.
final class HistogramSeries: Series, TimerHandler {
    /// Upper bounds, in seconds: from an answer out of memory to well past a call's budget of 10 s.
    static let bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]

    private struct Counts {
        /// How many values fell into each bucket and no smaller one; the last has no bound.
        var buckets = [Int](repeating: 0, count: HistogramSeries.bounds.count + 1)
        var nanoseconds = 0.0
    }

    private let counts = Mutex(Counts())

    func recordNanoseconds(_ duration: Int64) {
        // In nanoseconds, so that a value equal to a bound is not moved past it by rounding.
        let bucket = Self.bounds.firstIndex { Double(duration) <= $0 * 1e9 } ?? Self.bounds.count
        counts.withLock {
            $0.buckets[bucket] += 1
            $0.nanoseconds += Double(duration)
        }
    }

    func render(name: String, labels: String, to exposition: inout Exposition) {
        let counts = counts.withLock { $0 }
        let prefix = labels.isEmpty ? "" : labels + ","
        var sum = 0
        for (count, bound) in zip(counts.buckets, Self.bounds + [.infinity]) {
            sum += count
            let bucket = "\(prefix)le=\"\(Exposition.number(bound))\""
            exposition.add(name + "_bucket", labels: bucket, value: String(sum))
        }
        exposition.add(name + "_sum", labels: labels, value: Exposition.number(counts.nanoseconds / 1e9))
        exposition.add(name + "_count", labels: labels, value: String(sum))
    }
}
