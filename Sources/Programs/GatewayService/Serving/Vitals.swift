import NIOCore
import NIOPosix
import Observability
import ServiceLifecycle

/// Watches whether the threads that serve and those that compute still take their turns, and says which do not.
struct Vitals: Service {
    private let pulses: [Pulse]
    private let loops: [(loop: any EventLoop, pulse: Pulse)]
    private let pool = Pulse("the pool of threads that answers requests")
    /// How long something may be silent before it counts as stuck.
    private let patience: Duration

    init(of workbenches: [Workbench], patience: Duration) {
        pulses = workbenches.map(\.vital)
        loops = MultiThreadedEventLoopGroup.singleton.makeIterator().enumerated().map { number, loop in
            (loop, Pulse("the network thread \(number + 1)"))
        }
        self.patience = patience
    }

    /// Has each beat until the graceful shutdown.
    func run() async throws {
        let interval = TimeAmount.nanoseconds(Int64(Pulse.interval / .nanoseconds(1)))
        let beats = loops.map { loop, pulse in
            loop.scheduleRepeatedTask(initialDelay: .zero, delay: interval) { _ in pulse.beat() }
        }
        defer { for beat in beats { beat.cancel() } }
        let pool = pool
        do {
            try await cancelWhenGracefulShutdown {
                while true {
                    pool.beat()
                    try await Task.sleep(for: Pulse.interval)
                }
            }
        } catch is CancellationError {
            // The end of the service, whichever way it came.
        }
    }

    /// Which of them have not taken a turn for too long.
    func check() -> HealthCheck {
        let all = pulses + loops.map(\.pulse) + [pool]
        let stuck = all.filter { $0.silence > patience }
        guard !stuck.isEmpty else { return HealthCheck(name: "threads", isOK: true) }
        let words = stuck.map { "\($0.name) has not taken a turn for \($0.silence / .seconds(1)) s" }
        return HealthCheck(name: "threads", isOK: false, why: words.joined(separator: "; "))
    }
}
