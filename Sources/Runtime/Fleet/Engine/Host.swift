/// What a worker takes from the machine that it runs on: a monotonic clock and dice. Nothing that the store decides depends
/// on either.
package struct Host: Sendable {
    /// The moment, by which a worker sees that its call's budget is over.
    package var now: @Sendable () -> ContinuousClock.Instant
    /// A number in 0...1, which spreads what would otherwise come back all at once.
    package var fraction: @Sendable () -> Double

    package init(
        now: @escaping @Sendable () -> ContinuousClock.Instant, fraction: @escaping @Sendable () -> Double
    ) {
        self.now = now
        self.fraction = fraction
    }

    /// The machine itself.
    package static let real = Host(now: { .now }, fraction: { Double.random(in: 0...1) })
}
