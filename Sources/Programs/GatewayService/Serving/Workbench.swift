import Synchronization
import Threads

/// The thread on which what one caller sends is judged and read: no other caller, no answer and no probe waits for it.
final class Workbench: Sendable {
    private let thread = IOThread()
    private let pulse: Pulse

    /// Starts the thread; `name` says whose it is.
    init(_ name: String) {
        let pulse = Pulse("the thread that reads for \(name)")
        self.pulse = pulse
        thread.watch { _ in
            pulse.beat()
            return IOThread.Wait(descriptor: nil, events: 0, deadline: .now + Pulse.interval)
        }
    }

    deinit { thread.stop() }

    /// How long ago the thread last had nothing to do.
    var vital: Pulse { pulse }

    /// Runs `work` on the thread, one computation at a time; what it waits for meanwhile holds nobody up.
    func run<Value: Sendable>(_ work: @Sendable () async throws -> Value) async throws -> Value {
        try await withTaskExecutorPreference(thread) {
            try Task.checkCancellation()
            return try await work()
        }
    }
}
