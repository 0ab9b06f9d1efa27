import Foundation
import Synchronization

/// A program of ours, run as a process of its own; killed when the test ends, if it still runs.
public final class ChildProcess: Sendable {
    private struct State {
        var status: Int32?
        var wasSignalled = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    /// The process id.
    public let pid: Int32
    /// Where everything it prints goes.
    public let logFile: String
    private let state = Mutex(State())

    /// Starts the program `name` of this build.
    public init(
        _ name: String, arguments: [String] = [], environment: [String: String] = [:], logFile: String
    ) throws {
        let process = Process()
        process.executableURL = Self.productFolder.appending(path: name)
        process.arguments = arguments
        var inherited = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("BATON_") }
        inherited.merge(environment) { _, given in given }
        process.environment = inherited
        try Data().write(to: URL(fileURLWithPath: logFile))
        let log = try FileHandle(forWritingTo: URL(fileURLWithPath: logFile))
        process.standardOutput = log
        process.standardError = log
        process.standardInput = FileHandle.nullDevice
        self.logFile = logFile
        let exit = ExitReport()
        process.terminationHandler = { exit.tell($0) }
        try process.runAlone()
        pid = process.processIdentifier
        exit.onExit { [weak self] status, wasSignalled in self?.ended(status, wasSignalled) }
    }

    deinit {
        if state.withLock({ $0.status == nil }) { kill(pid, SIGKILL) }
    }

    /// Where the build put its executables.
    public static let productFolder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()

    /// Whether it still runs.
    public var isRunning: Bool { state.withLock { $0.status == nil } }
    /// Whether a signal ended it.
    public var wasKilled: Bool { state.withLock { $0.wasSignalled } }
    /// What it has printed so far.
    public var log: String { (try? String(contentsOfFile: logFile, encoding: .utf8)) ?? "" }

    /// Sends a signal.
    public func signal(_ number: Int32) { kill(pid, number) }

    /// Waits until it has ended, and answers its exit status.
    @discardableResult
    public func waitForExit() async -> Int32 {
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                if state.status == nil { state.waiting.append(continuation) }
                return state.status != nil
            }
            if isOver { continuation.resume() }
        }
        return state.withLock { $0.status ?? 0 }
    }

    private func ended(_ status: Int32, _ wasSignalled: Bool) {
        let waiting = state.withLock { state in
            state.status = status
            state.wasSignalled = wasSignalled
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }
}

/// Carries the news of a process's end to whoever asks, whichever comes first.
private final class ExitReport: Sendable {
    private struct State {
        var end: (Int32, Bool)?
        var listener: (@Sendable (Int32, Bool) -> Void)?
    }
    private let state = Mutex(State())

    func tell(_ process: Process) {
        let end = (process.terminationStatus, process.terminationReason == .uncaughtSignal)
        let listener = state.withLock { state in
            state.end = end
            return state.listener
        }
        listener?(end.0, end.1)
    }

    func onExit(_ listener: @escaping @Sendable (Int32, Bool) -> Void) {
        let end = state.withLock { state in
            state.listener = listener
            return state.end
        }
        if let end { listener(end.0, end.1) }
    }
}
