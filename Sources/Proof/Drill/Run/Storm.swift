import Fleet
import Foundation
import Synchronization

/// The faults of a drill, all at once, while deals are published.
final class Storm: Sendable {
    private let settings: DrillSettings
    private let fleet: WorkerFleet
    private let feed: Feed
    private let servers: Servers
    private let say: @Sendable (String) -> Void
    /// How many queues' workers have crash points before them.
    private let unfinished: Mutex<Set<String>>

    init(
        settings: DrillSettings, queues: [String], fleet: WorkerFleet, feed: Feed, servers: Servers,
        say: @escaping @Sendable (String) -> Void
    ) {
        self.settings = settings
        self.fleet = fleet
        self.feed = feed
        self.servers = servers
        self.say = say
        unfinished = Mutex(settings.faults.contains(.kills) ? Set(queues) : [])
    }

    /// How long a worker may take to come to its crash point, with servers that are restarted meanwhile.
    private static let patience = Duration.seconds(90)
    private static let tick = Duration.milliseconds(100)

    /// Publishes while everything that can be killed is; returns when all is published and every fault was tried.
    func rage(_ dispatches: [Workload.Dispatch]) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.publish(dispatches) }
            group.addTask { try await self.killAtRandom() }
            group.addTask { try await self.freeze() }
            group.addTask { try await self.restartServers() }
            try await group.waitForAll()
        }
    }

    /// Lets workers of `queue` die at every crash point that they can reach, one after the other.
    func sacrifice(_ queue: String, slot: Int) async throws {
        defer { unfinished.withLock { _ = $0.remove(queue) } }
        var dice = Dice(seed: queue.utf8.reduce(settings.seed) { $0 &* 31 &+ UInt64($1) })
        let spots = CrashPoint.allCases.map { CrashCoverage.Spot(point: $0, queue: queue) }
            .filter { $0.whyUnreachable == nil }.shuffled(using: &dice)
        for spot in spots {
            let nth = spot.point == .incidentBeforeCopy ? 1 : Int.random(in: 1...3, using: &dice)
            let giveUp = ContinuousClock.now + Self.patience
            while try await !sacrificeOne(spot, nth: nth, slot: slot), ContinuousClock.now < giveUp {
                try await Task.sleep(for: .milliseconds(500))
            }
        }
    }

    private func sacrificeOne(_ spot: CrashCoverage.Spot, nth: Int, slot: Int) async throws -> Bool {
        try await withThrowingTaskGroup(of: Bool?.self) { group in
            group.addTask {
                try await self.fleet.sacrifice(spot, nth: nth, slot: slot, within: .seconds(30))
            }
            if spot.point == .incidentBeforeCopy {
                group.addTask {
                    try await self.publishUnreadable(to: spot.queue)
                    return nil
                }
            }
            defer { group.cancelAll() }
            while let died = try await group.next() {
                guard let died else { continue }
                if died { say("killed \(spot.queue) at \(spot.point.rawValue):\(nth)") }
                return died
            }
            return false
        }
    }

    /// Sends what the queue's workers refuse, until one of them has died of it.
    private func publishUnreadable(to queue: String) async throws {
        while !Task.isCancelled {
            let id = "stray-\(queue)-\(UUID().uuidString)"
            try await feed.publish([Workload.unreadable(id, queue: queue)])
            do {
                try await Task.sleep(for: .milliseconds(500))
            } catch {
                return
            }
        }
    }

    private var isKilling: Bool { unfinished.withLock { !$0.isEmpty } }

    /// Most at a steady rate; then a few, as long as there are workers that need traffic to die; then the rest.
    private func publish(_ dispatches: [Workload.Dispatch]) async throws {
        let steady = dispatches.count * 3 / 4
        let ticks = max(1, Int(settings.load / Self.tick))
        var next = 0
        for tick in 1...ticks {
            let end = steady * tick / ticks
            try await feed.publish(Array(dispatches[next..<end]))
            next = end
            if tick % 50 == 0 { say("published \(next) of \(dispatches.count)") }
            try await Task.sleep(for: Self.tick)
        }
        let giveUp = ContinuousClock.now + Self.patience * 3
        while isKilling, ContinuousClock.now < giveUp {
            if next < dispatches.count {
                try await feed.publish([dispatches[next]])
                next += 1
            }
            try await Task.sleep(for: .milliseconds(300))
        }
        try await feed.publish(Array(dispatches[next...]))
        say("published \(dispatches.count) of \(dispatches.count)")
    }

    private func killAtRandom() async throws {
        var dice = Dice(seed: settings.seed &+ 1)
        while isKilling {
            try await Task.sleep(for: .milliseconds(Int.random(in: 1500...5000, using: &dice)))
            fleet.killOne(using: &dice)
        }
    }

    private func freeze() async throws {
        guard settings.faults.contains(.zombie) else { return }
        var dice = Dice(seed: settings.seed &+ 2)
        try await Task.sleep(for: settings.load / 4)
        say("freezing a project-provisioning worker for \(DrillSettings.freeze)")
        try await fleet.freezeOne(of: "project-provisioning", for: DrillSettings.freeze, using: &dice)
    }

    private func restartServers() async throws {
        let log = settings.folder + "/servers.log"
        for (fault, server) in [(DrillSettings.Fault.database, Servers.Server.database), (.broker, .broker)]
        where settings.faults.contains(fault) {
            try await Task.sleep(for: settings.load / 3)
            say("restarting the \(server.rawValue)")
            try await servers.restart(server, log: log)
        }
    }
}
