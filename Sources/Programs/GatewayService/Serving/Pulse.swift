import Synchronization

/// Shows whether something still takes its turns: whoever is stuck beats no more.
final class Pulse: Sendable {
    /// What it is the pulse of.
    let name: String
    private let last = Mutex(ContinuousClock.now)

    /// How often one that is well beats.
    static let interval = Duration.milliseconds(500)

    init(_ name: String) {
        self.name = name
    }

    func beat() {
        last.withLock { $0 = .now }
    }

    /// How long ago it beat.
    var silence: Duration { last.withLock { .now - $0 } }
}
