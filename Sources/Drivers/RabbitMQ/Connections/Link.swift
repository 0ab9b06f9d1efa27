import Threads

/// The state that a connection's owner keeps between its turns.
struct Link {
    enum Phase {
        /// Before `run`.
        case idle
        /// Connected, or trying to be.
        case running
        /// For good.
        case ended
    }

    let settings: BrokerSettings
    let onEvent: @Sendable (ConnectionEvent) -> Void
    var phase = Phase.idle
    var session: Session?
    /// Grows with each connection, so that tags of different connections differ.
    var epoch = 0
    var finished: CheckedContinuation<Void, Never>?
    var isWatched = false

    private var backoff: Backoff
    private var untried: [BrokerAddress] = []
    private(set) var nextAttempt: ContinuousClock.Instant
    private var lastRound: ContinuousClock.Instant

    init(settings: BrokerSettings, onEvent: @escaping @Sendable (ConnectionEvent) -> Void) {
        self.settings = settings
        self.onEvent = onEvent
        backoff = Backoff(longest: settings.longestPause)
        nextAttempt = .now
        lastRound = .now - .seconds(1)
    }

    /// The next address of the round; each address comes once, in random order, before a pause.
    mutating func nextAddress() -> BrokerAddress? {
        if untried.isEmpty {
            untried = settings.addresses.shuffled()
            lastRound = .now
        }
        return untried.popLast()
    }

    /// Plans the next attempt: at once with the round's next address, or after a pause.
    mutating func planAttempt(afterLifetime lifetime: Duration?) {
        if lifetime == nil, !untried.isEmpty { return }
        untried = []
        var generator = SystemRandomNumberGenerator()
        let pause = backoff.pause(afterLifetime: lifetime, using: &generator)
        nextAttempt = backoff.earliest(now: .now, pause: pause, lastRound: lastRound)
    }
}
