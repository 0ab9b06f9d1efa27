import Foundation
import Synchronization

/// A program that runs as a process of its own; killed when nobody knows it any more.
final class ChildProgram: Sendable {
    /// How a process ended.
    struct End: Sendable, Equatable {
        var status: Int32
        var wasSignalled: Bool

        /// Whether `kill -9` ended it, its own or another's.
        var wasKilled: Bool { wasSignalled && status == SIGKILL }
    }

    private struct State {
        var end: End?
        var waiting: [CheckedContinuation<End, Never>] = []
    }

    private final class Life: Sendable {
        private let state = Mutex(State())

        var end: End? { state.withLock(\.end) }

        func ended(_ end: End) {
            let waiting = state.withLock { state in
                state.end = end
                defer { state.waiting = [] }
                return state.waiting
            }
            for continuation in waiting { continuation.resume(returning: end) }
        }

        func wait() async -> End {
            await withCheckedContinuation { continuation in
                let end = state.withLock { state in
                    if state.end == nil { state.waiting.append(continuation) }
                    return state.end
                }
                if let end { continuation.resume(returning: end) }
            }
        }
    }

    let pid: Int32
    private let life = Life()

    /// Starts the executable with exactly these settings beside what every process needs; its words are appended to
    /// `log`.
    init(_ executable: String, arguments: [String] = [], settings: [String: String] = [:], log: String) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: executable)
        process.arguments = arguments
        let inherited = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("BATON_") }
        process.environment = inherited.merging(settings) { _, given in given }
        if !FileManager.default.fileExists(atPath: log) { try Data().write(to: URL(fileURLWithPath: log)) }
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: log))
        try handle.seekToEnd()
        process.standardOutput = handle
        process.standardError = handle
        process.standardInput = FileHandle.nullDevice
        let life = life
        process.terminationHandler = {
            life.ended(End(status: $0.terminationStatus, wasSignalled: $0.terminationReason == .uncaughtSignal))
        }
        try process.run()
        try handle.close()
        pid = process.processIdentifier
    }

    deinit {
        if life.end == nil { kill(pid, SIGKILL) }
    }

    /// How it ended; nil while it runs.
    var end: End? { life.end }

    /// Sends a signal, unless it has ended.
    func signal(_ number: Int32) {
        if life.end == nil { kill(pid, number) }
    }

    /// Waits until it has ended.
    func waitForEnd() async -> End { await life.wait() }

    /// Waits until it has ended, at most for `limit`; nil if it still runs then.
    func waitForEnd(within limit: Duration) async throws -> End? {
        let giveUp = ContinuousClock.now + limit
        while life.end == nil, ContinuousClock.now < giveUp { try await Task.sleep(for: .milliseconds(50)) }
        return life.end
    }
}
