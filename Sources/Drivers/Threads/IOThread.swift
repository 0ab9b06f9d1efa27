import Glibc
import Synchronization

/// One operating-system thread that runs the jobs of the actors bound to it and polls their file descriptors.
///
/// A C connection belongs to one thread. An actor whose `unownedExecutor` is an `IOThread` gets that guarantee
/// from the compiler, and its blocking-free C calls stay off the cooperative pool.
public final class IOThread: SerialExecutor, TaskExecutor, Sendable {
    /// What a watch waits for until its next turn: readiness of a descriptor, a deadline, or neither.
    public struct Wait: Sendable {
        /// The descriptor to poll, or nil to wait for jobs and the deadline only.
        public var descriptor: Int32?
        /// The `poll(2)` events of interest, such as `POLLIN | POLLOUT`.
        public var events: Int16
        /// The moment at which the turn comes even if nothing is ready.
        public var deadline: ContinuousClock.Instant?

        /// Waits for `events` on `descriptor`, at most until `deadline`.
        public init(descriptor: Int32?, events: Int16, deadline: ContinuousClock.Instant? = nil) {
            self.descriptor = descriptor
            self.events = events
            self.deadline = deadline
        }
    }

    /// Called on the thread whenever the descriptor is ready, the deadline has passed or a job ran.
    /// It gets the ready events (0 when none) and returns what to wait for next, or nil to end the watch.
    public typealias Turn = @Sendable (_ ready: Int16) -> Wait?

    private struct State {
        var jobs: [UnownedJob] = []
        var arriving: [Turn] = []
        var isAwake = false
        var isStopping = false
    }

    private let state = Mutex(State())
    private let wakeRead: Int32
    private let wakeWrite: Int32
    private let identity = Atomic<UInt>(0)

    /// Starts the thread.
    public init() {
        var ends: [Int32] = [0, 0]
        let status = pipe(&ends)
        precondition(status == 0, "cannot make the pipe that wakes a thread: errno \(errno)")
        for end in ends {
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        }
        wakeRead = ends[0]
        wakeWrite = ends[1]
        start()
    }

    deinit {
        // Not at the end of the thread: a caller that is about to wake it would write into a descriptor that
        // somebody else has opened under the same number by then.
        close(wakeRead)
        close(wakeWrite)
    }

    /// Runs `job` on the thread, after the jobs that came before it.
    public func enqueue(_ job: consuming ExecutorJob) {
        let unowned = UnownedJob(job)
        wake { $0.jobs.append(unowned) }
    }

    /// Calls `turn` on the thread until it returns nil.
    public func watch(_ turn: @escaping Turn) {
        wake { $0.arriving.append(turn) }
    }

    /// Ends the thread once the jobs already queued have run. The thread must not be used afterwards.
    public func stop() {
        wake { $0.isStopping = true }
    }

    /// Traps unless the caller runs on this thread.
    public func checkIsolated() {
        precondition(isCurrent, "this code must run on its connection's own thread")
    }

    /// Whether the caller runs on this thread.
    public func isIsolatingCurrentContext() -> Bool? {
        isCurrent
    }

    private var isCurrent: Bool {
        identity.load(ordering: .relaxed) == UInt(pthread_self())
    }

    private func wake(_ change: (inout sending State) -> Void) {
        let mustSignal = state.withLock { state in
            change(&state)
            defer { state.isAwake = true }
            return !state.isAwake
        }
        guard mustSignal else { return }
        var byte: UInt8 = 1
        _ = write(wakeWrite, &byte, 1)
    }

    private func start() {
        var thread = pthread_t()
        let status = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<IOThread>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            }, Unmanaged.passRetained(self).toOpaque())
        precondition(status == 0, "pthread_create failed: \(status)")
        pthread_detach(thread)
    }

    private func run() {
        blockSignals()
        identity.store(UInt(pthread_self()), ordering: .relaxed)
        var loop = PollLoop(wakeDescriptor: wakeRead)
        while true {
            let (jobs, arriving, isStopping) = state.withLock { state in
                let taken = (state.jobs, state.arriving, state.isStopping)
                state.jobs = []
                state.arriving = []
                state.isAwake = !taken.0.isEmpty || !taken.1.isEmpty
                return taken
            }
            for job in jobs {
                job.runSynchronously(
                    isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
            }
            loop.add(arriving)
            let isBusy = !jobs.isEmpty || !arriving.isEmpty
            loop.takeTurns(isBusy: isBusy)
            if isBusy { continue }
            if isStopping { break }
            loop.wait()
        }
    }

    /// Signals belong to the main thread: a handler must never run in the middle of a C library's call.
    private func blockSignals() {
        var all = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_BLOCK, &all, nil)
    }
}
