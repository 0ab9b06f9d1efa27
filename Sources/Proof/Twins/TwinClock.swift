import FoundationEssentials
import Synchronization

/// A clock that stands until it is moved: rows, calls and targets of one simulated company go by it.
package final class TwinClock: Sendable {
    private let time: Mutex<Duration>
    private let origin = ContinuousClock.now
    /// What the clock shows at its beginning.
    package static let beginning = Date(timeIntervalSince1970: 1_795_248_000)

    package init() {
        time = Mutex(.zero)
    }

    /// The time since the beginning.
    package var now: Duration { time.withLock { $0 } }
    /// The same moment on a worker's monotonic clock.
    package var instant: ContinuousClock.Instant { origin + now }

    /// Moves the clock on; it never goes back.
    package func move(to moment: Duration) {
        time.withLock { $0 = max($0, moment) }
    }

    /// Moves the clock on by a time.
    package func move(by time: Duration) {
        move(to: now + time)
    }

    /// A moment as people write it.
    static func date(_ moment: Duration) -> Date {
        beginning.addingTimeInterval(Double(moment.components.seconds) + Double(moment.components.attoseconds) / 1e18)
    }
}
