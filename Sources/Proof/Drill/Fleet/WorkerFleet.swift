import Foundation
import Synchronization

/// The worker processes: kept alive by whoever wants them, killed by whoever can.
final class WorkerFleet: Sendable {
    /// A worker that lives until somebody kills it.
    struct Healthy: Sendable {
        var queue: String
        var program: ChildProgram
    }

    /// What became of the processes.
    struct Counts: Sendable, Codable, Equatable {
        var started = 0
        /// Killed from outside.
        var killed = 0
        /// Stopped for longer than a lease, and woken.
        var frozen = 0
        /// Ended by themselves, with an error.
        var failed = 0
    }

    private struct State {
        var healthy: [ObjectIdentifier: Healthy] = [:]
        var running: [ObjectIdentifier: ChildProgram] = [:]
        var counts = Counts()
        var hits: [CrashCoverage.Spot: Int] = [:]
        var isStopping = false
    }

    private let products: String
    private let folder: String
    private let settings: [String: String]
    private let postgresqlURL: String
    private let state = Mutex(State())

    /// Workers out of the folder `products`, whose logs go to `folder`; each logs in to the database as its own role.
    init(products: String, folder: String, settings: [String: String], postgresqlURL: String) {
        self.products = products
        self.folder = folder
        self.settings = settings
        self.postgresqlURL = postgresqlURL
    }

    var counts: Counts { state.withLock(\.counts) }
    var hits: [CrashCoverage.Spot: Int] { state.withLock(\.hits) }

    /// Keeps one worker of `queue` running, whoever kills it, until the fleet stops.
    func keep(_ queue: String, slot: Int) async throws {
        while !state.withLock(\.isStopping) {
            let program = try start(queue, slot: slot)
            let id = ObjectIdentifier(program)
            state.withLock { $0.healthy[id] = Healthy(queue: queue, program: program) }
            let end = await program.waitForEnd()
            state.withLock { state in
                state.healthy[id] = nil
                if !end.wasKilled, end.status != 0 { state.counts.failed += 1 }
            }
            // One that cannot start, as while the broker is empty, is not to be started in a hot loop.
            if !end.wasKilled { try await Task.sleep(for: .milliseconds(500)) }
        }
    }

    /// Starts a worker that dies at `spot` when it comes there for the `nth` time; answers whether it did in time.
    func sacrifice(_ spot: CrashCoverage.Spot, nth: Int, slot: Int, within limit: Duration) async throws -> Bool {
        let program = try start(spot.queue, slot: slot, crashAt: "\(spot.point.rawValue):\(nth)")
        guard let end = try await program.waitForEnd(within: limit) else {
            program.signal(SIGTERM)
            _ = await program.waitForEnd()
            return false
        }
        guard end.wasKilled else { return false }
        state.withLock { $0.hits[spot, default: 0] += 1 }
        return true
    }

    /// Kills a healthy worker as `kill -9` does.
    func killOne(using dice: inout Dice) {
        guard let victim = pick(using: &dice) else { return }
        victim.program.signal(SIGKILL)
        state.withLock { $0.counts.killed += 1 }
    }

    /// Stops a healthy worker for `time`, as a machine that hangs would, and lets it go on.
    func freezeOne(of queue: String, for time: Duration, using dice: inout Dice) async throws {
        guard let victim = pick(of: queue, using: &dice) else { return }
        victim.program.signal(SIGSTOP)
        state.withLock { $0.healthy[ObjectIdentifier(victim.program)] = nil }
        try await Task.sleep(for: time)
        victim.program.signal(SIGCONT)
        state.withLock { state in
            state.counts.frozen += 1
            if victim.program.end == nil { state.healthy[ObjectIdentifier(victim.program)] = victim }
        }
    }

    /// Asks every worker to stop and waits; answers how many did not end in order.
    func stop() async -> Int {
        let running = state.withLock { state in
            state.isStopping = true
            return Array(state.running.values)
        }
        for program in running { program.signal(SIGTERM) }
        var disorderly = 0
        for program in running where await program.waitForEnd().status != 0 { disorderly += 1 }
        return disorderly
    }

    private func pick(of queue: String? = nil, using dice: inout Dice) -> Healthy? {
        state.withLock(\.healthy).values.filter { queue == nil || $0.queue == queue }
            .sorted { $0.program.pid < $1.program.pid }.randomElement(using: &dice)
    }

    private func start(_ queue: String, slot: Int, crashAt: String? = nil) throws -> ChildProgram {
        var settings = settings
        let role = "baton_" + queue.replacing("-", with: "_")
        settings["BATON_POSTGRESQL_URL"] = postgresqlURL.replacing("//postgres@", with: "//\(role)@")
        settings["BATON_CRASH_AT"] = crashAt
        let program = try ChildProgram(
            "\(products)/\(queue)-worker", settings: settings, log: "\(folder)/\(queue)-\(slot).log")
        state.withLock { state in
            state.running = state.running.filter { $0.value.end == nil }
            state.running[ObjectIdentifier(program)] = program
            state.counts.started += 1
        }
        return program
    }
}
