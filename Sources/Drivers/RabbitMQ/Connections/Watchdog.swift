import Glibc
import Synchronization
import Threads

/// Shuts down the socket of a connection whose thread hangs inside a library call.
///
/// librabbitmq sends without a deadline, and under some conditions reads without one. One thread per process looks
/// at all guarded connections; `shutdown(2)` from there makes the hanging call return with an error.
final class Watchdog: Sendable {
    private static let thread = IOThread()

    /// When the call in progress began, in nanoseconds of the monotonic clock; 0 between calls.
    private let busySince = Atomic<UInt64>(0)
    private let fired = Atomic<Bool>(false)
    /// A duplicate of its own: the library may close its descriptor at any time, and the number could be reused.
    private let descriptor: Mutex<Int32>
    private let limit: Duration

    init(guarding socket: Int32, limit: Duration) {
        descriptor = Mutex(fcntl(socket, F_DUPFD_CLOEXEC, 0))
        self.limit = limit
        Self.thread.watch { [self] _ in inspect() }
    }

    /// Whether the watchdog had to act.
    var hasFired: Bool { fired.load(ordering: .acquiring) }

    /// Marks the time that `call` takes as spent inside the library.
    func observe<Result>(_ call: () -> Result) -> Result {
        busySince.store(Self.now(), ordering: .releasing)
        defer { busySince.store(0, ordering: .releasing) }
        return call()
    }

    /// Ends the guard. The socket is shut down here too, because the duplicate would hold it open.
    func retire() {
        descriptor.withLock { descriptor in
            guard descriptor >= 0 else { return }
            shutdown(descriptor, Int32(SHUT_RDWR))
            close(descriptor)
            descriptor = -1
        }
    }

    private func inspect() -> IOThread.Wait? {
        let next = ContinuousClock.now + limit / 4
        let isGuarding = descriptor.withLock { descriptor in
            guard descriptor >= 0 else { return false }
            let since = busySince.load(ordering: .acquiring)
            let now = Self.now()
            if since != 0, now > since, .nanoseconds(Int64(now - since)) > limit {
                fired.store(true, ordering: .releasing)
                shutdown(descriptor, Int32(SHUT_RDWR))
            }
            return true
        }
        return isGuarding ? .init(descriptor: nil, events: 0, deadline: next) : nil
    }

    private static func now() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
