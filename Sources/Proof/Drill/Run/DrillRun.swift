import Foundation
import PostgreSQL
import RabbitMQ
import Topology

/// Carries deals through real processes while it kills them, and has the outcome judged from outside.
public struct DrillRun: Sendable {
    private let settings: DrillSettings
    private let servers: Servers
    private let queues: [String]
    private let say: @Sendable (String) -> Void

    /// A drill on the servers that `environment` names; `say` is told how it goes.
    public init(
        _ settings: DrillSettings, environment: [String: String], say: @escaping @Sendable (String) -> Void
    ) throws {
        self.settings = settings
        servers = try Servers(name: settings.servers, script: settings.serversScript, environment: environment)
        queues = try QueuesFolder(at: settings.queuesFolder).queues.map(\.name)
        self.say = say
    }

    /// What cannot be drilled with.
    struct Unfit: Error, CustomStringConvertible {
        let description: String
    }

    /// Runs the drill to its end and judges it.
    public func run() async throws -> DrillReport {
        say("seed \(settings.seed), \(settings.deals) deals, \(settings.workers) workers of each queue")
        try FileManager.default.createDirectory(atPath: settings.folder, withIntermediateDirectories: true)
        for old in [effectsFile, settings.folder + "/sandbox.port"] where FileManager.default.fileExists(atPath: old) {
            try FileManager.default.removeItem(atPath: old)
        }
        let database = Database(try databaseSettings(), size: 3)
        let publisher = Publisher(settings: try brokerSettings())
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await database.run() }
            group.addTask { try await publisher.run() }
            defer { group.cancelAll() }
            try await prepare(database)
            let watch = StoreWatch(database: database)
            group.addTask { try await watch.count() }
            let broker = try BrokerWatch(api: servers.amqpAPI)
            group.addTask { try await broker.count() }
            var report = try await drill(database, publisher, watch)
            report.figures.redeliveries = broker.redeliveries
            report.unmet += wanted(of: report.figures, report.coverage)
            return report
        }
    }

    private var publishedFile: String { settings.folder + "/published.jsonl" }
    private var effectsFile: String { settings.folder + "/effects.jsonl" }

    private func brokerSettings() throws -> BrokerSettings {
        try BrokerSettings(urls: [servers.amqpURL], connectionName: "drill")
    }

    private func databaseSettings() throws -> DatabaseSettings {
        var database = try DatabaseSettings(servers.postgresqlURL)
        database.searchPath = [settings.schema]
        database.applicationName = "drill"
        database.statementTimeout = .seconds(60)
        database.answerTimeout = .seconds(70)
        return database
    }

    private func prepare(_ database: Database) async throws {
        try await database.script("DROP SCHEMA IF EXISTS \"\(settings.schema)\" CASCADE")
        try await baton("migrate")
        try await baton("topology", "apply", "--queues", settings.queuesFolder)
        let evidence = try await QueueEvidence(broker: brokerSettings(), queues: queues)
        guard evidence.deadLetters.isEmpty, evidence.depths.values.allSatisfy({ $0 == 0 }) else {
            throw Unfit(description: "the queues are not empty: reset the servers first")
        }
    }

    private func baton(_ arguments: String...) async throws {
        let log = settings.folder + "/baton.log"
        let environment = [
            "BATON_AMQP_API": servers.amqpAPI, "BATON_POSTGRESQL_URL": servers.postgresqlURL,
            "BATON_POSTGRESQL_SCHEMA": settings.schema,
        ]
        let program = try ChildProgram(
            settings.products + "/baton", arguments: arguments, settings: environment, log: log)
        guard await program.waitForEnd().status == 0 else {
            throw Unfit(description: "'baton \(arguments.joined(separator: " "))' failed; its words are in \(log)")
        }
    }

    private func drill(
        _ database: Database, _ publisher: Publisher, _ watch: StoreWatch
    ) async throws -> DrillReport {
        let workload = try Workload(
            deals: settings.deals, seed: settings.seed, pace: settings.pace, mix: settings.mix
        ).dispatches
        let sandbox = try await Sandbox.start(executable: settings.products + "/sandbox", folder: settings.folder)
        try await sandbox.fail(by: faultRules)
        let fleet = WorkerFleet(
            products: settings.products, folder: settings.folder, settings: workerSettings(targets: sandbox.url),
            postgresqlURL: servers.postgresqlURL)
        let feed = try Feed(publisher: publisher, list: publishedFile)
        let storm = Storm(
            settings: settings, queues: queues, fleet: fleet, feed: feed, servers: servers, say: say)
        var figures = Figures()
        var unmet: [String] = []
        let began = ContinuousClock.now
        try await withThrowingTaskGroup(of: Void.self) { group in
            addWorkers(fleet, storm, to: &group)
            do {
                try await load(workload, storm, sandbox, feed, watch, &figures)
                if let problem = try await waitForRest(feed, watch, publisher) { unmet.append(problem) }
            } catch {
                // The group waits for the workers, and they for nobody.
                _ = await fleet.stop()
                throw error
            }
            figures.seconds = began.duration(to: .now) / .seconds(1)
            let disorderly = await fleet.stop()
            if disorderly > 0 { unmet.append("\(disorderly) workers did not end in order when asked to") }
            try await group.waitForAll()
        }
        sandbox.program.signal(SIGTERM)
        _ = await sandbox.program.waitForEnd()
        figures.takeovers = watch.takeovers
        figures.deals = settings.deals + storm.extraDeals
        return try await report(figures, unmet, fleet, database)
    }

    private func load(
        _ workload: [Workload.Dispatch], _ storm: Storm, _ sandbox: Sandbox, _ feed: Feed, _ watch: StoreWatch,
        _ figures: inout Figures
    ) async throws {
        let late = settings.faults.contains(.rebuild) ? workload.count / 10 : 0
        try await storm.rage(workload.dropLast(late))
        guard late > 0 else { return }
        // Slow targets, so that much is in work when the broker is lost.
        try await sandbox.fail(by: [Sandbox.Fault(effect: "latency", latencyMs: 1000)] + faultRules)
        try await rebuild(publishing: workload.suffix(late), feed, watch, &figures)
        try await sandbox.fail(by: faultRules)
    }

    private func addWorkers(_ fleet: WorkerFleet, _ storm: Storm, to group: inout ThrowingTaskGroup<Void, any Error>) {
        let kills = settings.faults.contains(.kills)
        for queue in queues {
            for slot in 1...settings.workers {
                group.addTask {
                    if kills, slot == settings.workers { try await storm.sacrifice(queue, slot: slot) }
                    try await fleet.keep(queue, slot: slot)
                }
            }
        }
    }

    /// Things that a call makes, and that may come late.
    private static let makers = [
        "create_customer", "create_project", "create_tasks", "create_billing_schedule", "activate_project",
    ]

    private var faultRules: [Sandbox.Fault] { lateness + failures }

    private var lateness: [Sandbox.Fault] {
        let late = settings.late > 0 ? Self.makers : []
        let slow = settings.slow > 0 ? [settings.slow] : []
        let time = Int(settings.lateEffect / .milliseconds(1))
        return late.map {
            Sandbox.Fault(verb: $0, effect: "latency", latencyMs: time, probability: settings.late, seed: settings.seed)
        } + slow.map { Sandbox.Fault(effect: "latency", latencyMs: 1000, probability: $0, seed: settings.seed) }
    }

    private var failures: [Sandbox.Fault] {
        [
            Sandbox.Fault(
                verb: "create_project", match: DealStory.refusedProject, effect: "refuse", code: "refused_by_drill",
                text: "this project is refused"),
            Sandbox.Fault(
                verb: "create_billing_schedule", match: DealStory.refusedSchedule, effect: "refuse",
                code: "refused_by_drill", text: "this billing schedule is refused"),
            Sandbox.Fault(effect: "latency", latencyMs: 20, probability: 0.5, seed: settings.seed),
            // So that cancellations come while a deal can still be taken back.
            Sandbox.Fault(verb: "create_tasks", effect: "latency", latencyMs: 300),
            Sandbox.Fault(
                verb: "find_billing_schedules", effect: "latency", latencyMs: 1500, probability: 0.5,
                seed: settings.seed),
            Sandbox.Fault(
                effect: "timeout_after", holdMs: 200, probability: settings.lostAnswers, seed: settings.seed),
        ]
    }

    private func workerSettings(targets: String) -> [String: String] {
        [
            "BATON_AMQP_URL": servers.amqpURL, "BATON_POSTGRESQL_SCHEMA": settings.schema,
            "BATON_TARGETS_URL": targets, "BATON_POOL_SIZE": "2", "BATON_LEASE": "11s", "BATON_TICKET_LEASE": "2s",
            "BATON_ERP_CALL_BUDGET": "10s", "BATON_ERP_SETTLING_TIME": "3s", "BATON_PSA_CALL_BUDGET": "10s",
            "BATON_PSA_SETTLING_TIME": "3s", "BATON_LATER_LOOKS": "5s,20s,45s", "BATON_SEND_WINDOW": "2s",
            "BATON_SWEEP_INTERVAL": "300ms", "BATON_TAKEOVERS": "100", "BATON_LOG_LEVEL": "notice",
            "BATON_LOG_FORMAT": "json",
        ].merging(settings.workerSettings) { _, given in given }
    }

    /// Empties the broker once everything published is recorded: what is then left is in the database alone.
    private func rebuild(
        publishing dispatches: ArraySlice<Workload.Dispatch>, _ feed: Feed, _ watch: StoreWatch,
        _ figures: inout Figures
    ) async throws {
        try await feed.publish(Array(dispatches))
        guard try await holds(within: .seconds(90), { try await isRecorded(feed, watch) }) else {
            throw Unfit(description: "not all that was published is recorded after 90 s; the broker is not emptied")
        }
        say("rebuilding the broker empty")
        try await servers.rebuildBroker(log: settings.folder + "/servers.log")
        figures.unfinishedAtRebuild = try await watch.unfinished()
        let ready = try await watch.ready()
        try await baton("topology", "apply", "--queues", settings.queuesFolder)
        let applied = ContinuousClock.now
        _ = try await holds(within: .seconds(60)) {
            let now = try await watch.ready()
            return ready.allSatisfy { now[$0.key] != $0.value }
        }
        figures.readyAtRebuild = ready.count
        figures.secondsToResume = applied.duration(to: .now) / .seconds(1)
    }

    private func isRecorded(_ feed: Feed, _ watch: StoreWatch) async throws -> Bool {
        guard let recorded = try await watch.recorded() else { return false }
        let confirmed = feed.confirmed
        return recorded.events >= confirmed.events && recorded.unreadable >= confirmed.unreadable
    }

    /// Waits until nothing moves by itself any more; answers what is wrong if that takes too long.
    private func waitForRest(_ feed: Feed, _ watch: StoreWatch, _ publisher: Publisher) async throws -> String? {
        var looks = 0
        let isAtRest = try await holds(within: settings.restLimit) {
            let moving = try await watch.moving()
            looks += 1
            if looks % 20 == 1 { say("\(moving.map(String.init) ?? "?") rows still move") }
            guard moving == 0, try await isRecorded(feed, watch) else { return false }
            for queue in queues where try await publisher.depth(of: queue)?.messages != 0 { return false }
            return true
        }
        return isAtRest ? nil : "all at rest within \(settings.restLimit) after the last fault"
    }

    private func holds(within limit: Duration, _ condition: () async throws -> Bool) async throws -> Bool {
        let giveUp = ContinuousClock.now + limit
        while try await !condition() {
            guard ContinuousClock.now < giveUp else { return false }
            try await Task.sleep(for: .milliseconds(250))
        }
        return true
    }

    private func report(
        _ figures: Figures, _ unmet: [String], _ fleet: WorkerFleet, _ database: Database
    ) async throws -> DrillReport {
        say("checking")
        let evidence = try await Evidence(
            published: publishedFile, effects: effectsFile, database: database, broker: brokerSettings(),
            queuesFolder: settings.queuesFolder, hasPoorTargets: settings.hasPoorTargets)
        let verdict = Verdict(on: evidence)
        let coverage = CrashCoverage(hits: fleet.hits, queues: queues, settings: settings)
        var figures = figures
        figures.dealsPerSecond = Double(figures.deals) / figures.seconds
        figures.read(evidence, verdict.balance)
        figures.workersStarted = fleet.counts.started
        figures.workersKilled = fleet.counts.killed + fleet.hits.values.reduce(0, +)
        figures.workersFrozen = fleet.counts.frozen
        figures.workersFailed = fleet.counts.failed
        return DrillReport(
            seed: settings.seed, figures: figures, coverage: coverage,
            unmet: unmet, verdict: verdict)
    }

    /// A drill in which nothing went wrong proves nothing.
    private func wanted(of figures: Figures, _ coverage: CrashCoverage) -> [String] {
        var unmet: [String] = []
        func want(_ isMet: Bool, when: Bool = true, _ text: String) { if when, !isMet { unmet.append(text) } }
        let kills = settings.faults.contains(.kills)
        // Where targets are slow, what is to come to a crash point comes when it will: the ordinary drill hits each.
        for line in coverage.missed where kills && !settings.hasPoorTargets {
            unmet.append("a \(line.queue) worker killed at \(line.point)")
        }
        want(figures.redeliveries > 0, when: kills, "at least one redelivery")
        want(figures.readBacks > 0, when: kills, "at least one read-back of an open intent")
        want(figures.takeovers > 0, when: kills, "at least one take-over")
        want(figures.compensations > 0, when: kills && settings.cancelled > 0, "at least one compensation")
        want(figures.copiesRemoved > 0, when: settings.late > 0, "a copy that came late and was removed")
        want(figures.workersFrozen > 0, when: settings.faults.contains(.zombie), "a worker frozen and woken")
        want(
            (figures.unfinishedAtRebuild ?? 0) > 0, when: settings.faults.contains(.rebuild),
            "a handoff that is unfinished when the broker is emptied")
        want(
            (figures.secondsToResume ?? .infinity) <= 30, when: settings.faults.contains(.rebuild),
            "all ready handoffs begun again within 30 s of topology apply")
        return unmet
    }
}
