import Foundation
import PostgreSQL
import RabbitMQ

/// Everything a deal passes through, of one test's own: a schema, a virtual host, a sandbox, and workers as processes.
public final class TestCompany: Sendable {
    /// The queues, in the order in which a deal passes through them.
    public static let queues = ["deal-events", "project-provisioning", "billing-schedules", "status-feedback"]

    /// The migrated schema.
    public let schema: TestSchema
    /// The virtual host with the whole topology.
    public let broker: TestBroker
    /// Where the sandbox's systems are.
    public let targets: URL
    /// The sandbox's state file, which is the log of its effects.
    public let effectsFile: String
    /// A publisher for the test's own messages.
    public let publisher: Publisher
    /// Where the processes write their logs.
    public let folder: String

    private init(
        schema: TestSchema, broker: TestBroker, targets: URL, effectsFile: String, publisher: Publisher, folder: String
    ) {
        self.schema = schema
        self.broker = broker
        self.targets = targets
        self.effectsFile = effectsFile
        self.publisher = publisher
        self.folder = folder
    }

    /// Runs `body` in a company of its own, with `workers` processes of each queue, and what `state` says in the sandbox.
    public static func with(
        workers: Int = 1, settings: [String: String] = [:], state: String? = nil,
        _ body: @Sendable (TestCompany) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: uniqueName("baton")).path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await TestSchema.with { schema in
            try await TestBroker.with { broker in
                let effects = folder + "/sandbox.jsonl"
                if let state { try FileManager.default.copyItem(atPath: state, toPath: effects) }
                let sandbox = try ChildProcess(
                    "sandbox", arguments: ["--port", "0", "--port-file", folder + "/port", "--state", effects],
                    logFile: folder + "/sandbox.log")
                let port = try await readPort(folder + "/port", of: sandbox)
                let publisher = Publisher(settings: broker.settings)
                let company = TestCompany(
                    schema: schema, broker: broker, targets: URL(string: "http://127.0.0.1:\(port)")!,
                    effectsFile: effects, publisher: publisher, folder: folder)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await publisher.run() }
                    var fleet: [ChildProcess] = []
                    for queue in queues {
                        for _ in 0..<workers { fleet.append(try company.startWorker(queue, settings: settings)) }
                    }
                    try await body(company)
                    for worker in fleet { worker.signal(SIGTERM) }
                    for worker in fleet { await worker.waitForExit() }
                    await publisher.close()
                    group.cancelAll()
                }
                sandbox.signal(SIGTERM)
                await sandbox.waitForExit()
            }
        }
    }

    /// Targets that settle in 15 s after a call was announced: tests do not wait for those of the field.
    private static let quickTargets = [
        "BATON_ERP_CALL_BUDGET": "10s", "BATON_ERP_SETTLING_TIME": "3s", "BATON_PSA_CALL_BUDGET": "10s",
        "BATON_PSA_SETTLING_TIME": "3s", "BATON_SEND_WINDOW": "2s",
    ]

    /// Starts one more worker of `queue`, as the worker's own database role.
    public func startWorker(_ queue: String, settings: [String: String] = [:]) throws -> ChildProcess {
        let role = "baton_" + queue.replacing("-", with: "_")
        var environment = [
            "BATON_AMQP_URL": broker.url, "BATON_POSTGRESQL_SCHEMA": schema.name,
            "BATON_POSTGRESQL_URL": try TestServers.postgresql.replacing("//postgres@", with: "//\(role)@"),
            "BATON_TARGETS_URL": targets.absoluteString, "BATON_POOL_SIZE": "2", "BATON_SWEEP_INTERVAL": "100ms",
        ].merging(Self.quickTargets) { $1 }
        environment.merge(settings) { _, given in given }
        return try ChildProcess(
            "\(queue)-worker", environment: environment, logFile: folder + "/" + uniqueName(queue) + ".log")
    }

    /// Publishes a body as an event of `source` and answers what the broker said.
    public func publish(
        _ body: [UInt8], source: String = "salesforce", type: String = "deal.updated.v1"
    ) async -> PublishOutcome {
        await publisher.publish([
            Message(
                exchange: "deals", routingKey: "\(source).\(type)",
                properties: Properties(contentType: "application/cloudevents+json"), body: body)
        ])[0]
    }

    /// The single value of a query's first row, as text.
    public func value(_ sql: String) async throws -> String? {
        try await schema.database.query(Statement(unprepared: "SELECT (\(sql))::text")).first?
            .value(0, as: String?.self)
    }

    /// Every effect that the sandbox made, as it logged them.
    public func effects() throws -> [SandboxEffect] {
        try String(contentsOfFile: effectsFile, encoding: .utf8).split(separator: "\n").map {
            try JSONDecoder().decode(SandboxEffect.self, from: Data($0.utf8))
        }
    }

    /// What was made beside what the CRM was told: of a refused deal it is told, and nothing else may be done for it.
    public func effectsBesideStatus() throws -> [SandboxEffect] {
        try effects().filter { $0.verb != "write_handoff" }
    }

    /// Asks the sandbox's administration.
    public func administer(_ method: String, _ path: String, _ body: String = "") async throws {
        let curl = Process()
        curl.executableURL = URL(fileURLWithPath: "/usr/bin/curl")
        curl.arguments = [
            "-sf", "-o", "/dev/null", "-X", method, "-H", "Content-Type: application/json", "-d", body,
            targets.appending(path: path).absoluteString,
        ]
        try await curl.runToEnd()
    }

    private static func readPort(_ file: String, of sandbox: ChildProcess) async throws -> Int {
        var port: Int?
        try await eventually("the sandbox listens: \(sandbox.log)") {
            port = (try? String(contentsOfFile: file, encoding: .utf8)).flatMap {
                Int($0.trimmingCharacters(in: .whitespacesAndNewlines))
            }
            return port != nil
        }
        return port ?? 0
    }
}

/// One line of the sandbox's log.
public struct SandboxEffect: Sendable, Decodable {
    /// When it was done, ISO 8601.
    public let time: String
    /// The system: `crm`, `erp` or `psa`.
    public let system: String
    /// What was done, such as `create_customer`.
    public let verb: String
    /// The idempotency key or reference.
    public let key: String
    /// The correlation id that came with the call.
    public let correlationId: String
    /// The thing's id.
    public let id: String
}
