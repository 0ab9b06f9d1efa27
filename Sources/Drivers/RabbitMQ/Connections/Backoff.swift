/// When the next round of connection attempts may begin: later and later, never two rounds within a second.
struct Backoff {
    private let base: Duration = .seconds(1)
    private let longest: Duration
    /// A connection that lived this long proves that the trouble before it is over.
    private let provenAfter: Duration = .seconds(10)
    private var failures = 0

    init(longest: Duration) {
        self.longest = max(longest, base)
    }

    /// The wait after a loss, half of it left to chance so that a fleet does not come back in one wave.
    mutating func pause(
        afterLifetime lifetime: Duration?, using generator: inout some RandomNumberGenerator
    ) -> Duration {
        if let lifetime, lifetime >= provenAfter { failures = 0 }
        let ceiling = min(longest, base * (1 << min(failures, 10)))
        failures += 1
        return ceiling * Double.random(in: 0.5...1, using: &generator)
    }

    /// Not before the pause is over, nor within a second of the last round's beginning.
    func earliest(
        now: ContinuousClock.Instant, pause: Duration, lastRound: ContinuousClock.Instant
    ) -> ContinuousClock.Instant {
        max(now + pause, lastRound + base)
    }
}
