import Fleet
import Foundation
import Synchronization

/// The faults of a drill, all at once, while deals are published.
final class Storm: Sendable {
    private let settings: DrillSettings
    private let fleet: WorkerFleet
    private let feed: Feed
    private let servers: Servers
    private let bait: Bait
    private let say: @Sendable (String) -> Void
    /// The queues whose workers have crash points before them.
    private let unfinished: Mutex<Set<String>>
    private let isOver = Mutex(false)

    init(
        settings: DrillSettings, queues: [String], fleet: WorkerFleet, feed: Feed, servers: Servers,
        say: @escaping @Sendable (String) -> Void
    ) {
        self.settings = settings
        self.fleet = fleet
        self.feed = feed
        self.servers = servers
        self.say = say
        bait = Bait(settings: settings, feed: feed)
        unfinished = Mutex(settings.faults.contains(.kills) ? Set(queues) : [])
    }

    /// How long a worker may take to come to its crash point, with servers that are restarted meanwhile.
    private static let patience = Duration.seconds(90)
    private static let tick = Duration.milliseconds(100)

    /// Deals that were sold beside the workload's.
    var extraDeals: Int { bait.deals }

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
            .filter { $0.whyUnreachable(settings) == nil }.shuffled(using: &dice)
        for spot in spots {
            let nth = bait.isRare(spot) ? 1 : Int.random(in: 1...3, using: &dice)
            let giveUp = ContinuousClock.now + Self.patience
            while try await !sacrificeOne(spot, nth: nth, slot: slot), ContinuousClock.now < giveUp {
                try await Task.sleep(for: .milliseconds(500))
            }
            // Spread over the load, so that workers also die while servers do.
            try await Task.sleep(for: settings.load / (2 * spots.count))
        }
    }

    private func sacrificeOne(_ spot: CrashCoverage.Spot, nth: Int, slot: Int) async throws -> Bool {
        try await withThrowingTaskGroup(of: Bool?.self) { group in
            group.addTask {
                try await self.fleet.sacrifice(spot, nth: nth, slot: slot, within: .seconds(30))
            }
            group.addTask {
                try await self.bait.publish(for: spot)
                return nil
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

    private var isKilling: Bool { unfinished.withLock { !$0.isEmpty } }

    /// All at a steady rate; then waits until every crash point was tried, for which there is bait.
    private func publish(_ dispatches: [Workload.Dispatch]) async throws {
        let ticks = max(1, Int(settings.load / Self.tick))
        var next = 0
        for tick in 1...ticks {
            let end = dispatches.count * tick / ticks
            try await feed.publish(Array(dispatches[next..<end]))
            next = end
            if tick % 50 == 0 { say("published \(next) of \(dispatches.count)") }
            try await Task.sleep(for: Self.tick)
        }
        say("published \(dispatches.count) of \(dispatches.count)")
        while isKilling { try await Task.sleep(for: Self.tick) }
        isOver.withLock { $0 = true }
    }

    private func killAtRandom() async throws {
        guard settings.faults.contains(.kills) else { return }
        var dice = Dice(seed: settings.seed &+ 1)
        while !isOver.withLock(\.self) {
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
