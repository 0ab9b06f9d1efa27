/// When a failed attempt is followed by the next: `b = min(cap, base * 2^failures)`, then uniform in b/2 to b.
///
/// Equal jitter: never less than half the back-off, so that a target that is down is left alone that long.
/// ```
/// base 2 s, cap 5 min:   failure  1        2        3        4         5          …  9 and later
///                        wait     1–2 s    2–4 s    4–8 s    8–16 s    16–32 s       150–300 s
/// ```
public struct Backoff: Sendable, Hashable {
    /// The longest wait after the first failure.
    public let base: Duration
    /// The longest wait after any failure.
    public let cap: Duration
    /// How many attempts may fail before a person is asked.
    public let attempts: Int

    /// Describes a schedule of at most `attempts` attempts.
    public init(base: Duration, cap: Duration, attempts: Int) {
        self.base = base
        self.cap = cap
        self.attempts = attempts
    }

    /// The longest wait after `failures` failed attempts (1 or more), before jitter.
    public func ceiling(afterFailures failures: Int) -> Duration {
        // 2^30 s is past every sensible cap; more would overflow.
        let doublings = min(max(failures - 1, 0), 30)
        return min(cap, base * (1 << doublings))
    }

    /// The wait after `failures` failed attempts; `fraction` in 0...1 places it between half the ceiling and the ceiling.
    public func wait(afterFailures failures: Int, fraction: Double) -> Duration {
        let half = ceiling(afterFailures: failures) / 2
        return half + half * min(max(fraction, 0), 1)
    }

    /// Whether a person must be asked once `failures` attempts have failed.
    public func isUsedUp(afterFailures failures: Int) -> Bool {
        failures >= attempts
    }
}
