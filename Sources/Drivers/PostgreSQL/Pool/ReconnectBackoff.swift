/// How long to wait before connecting again: doubled from 100 ms up to 5 s, half of it random, so that a fleet
/// does not come back in one moment.
struct ReconnectBackoff {
    private var failures = 0

    mutating func reset() { failures = 0 }

    mutating func next() -> Duration {
        let full = min(5_000, 100 << min(failures, 6))
        failures += 1
        return .milliseconds(full / 2 + Int.random(in: 0...full / 2))
    }
}
