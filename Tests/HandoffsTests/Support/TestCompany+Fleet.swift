import Foundation
import RabbitMQ
import Support
import Testing

/// Tests that watch processes at work run one after the other: the machine is theirs.
enum Fleets {}

extension TestCompany {
    /// Publishes an event, which the broker must take.
    func send(_ body: [UInt8], source: String = "salesforce", type: String = "deal.updated.v1") async {
        #expect(await publish(body, source: source, type: type) == .confirmed)
    }

    /// Starts `count` workers of each of `queues`.
    func start(
        _ queues: [String] = TestCompany.queues, count: Int = 1, settings: [String: String] = [:]
    ) throws -> [ChildProcess] {
        try queues.flatMap { queue in try (0..<count).map { _ in try startWorker(queue, settings: settings) } }
    }

    /// Stops workers in order; what they were handed is done and acknowledged then, or back in its queue.
    func stop(_ fleet: [ChildProcess]) async -> [Int32] {
        for worker in fleet { worker.signal(SIGTERM) }
        var statuses: [Int32] = []
        for worker in fleet { statuses.append(await worker.waitForExit()) }
        return statuses
    }

    /// How many messages are ready in each work queue.
    func depths() async throws -> [String: Int] {
        var depths: [String: Int] = [:]
        for queue in TestCompany.queues { depths[queue] = try await publisher.depth(of: queue)?.messages }
        return depths
    }

    /// Waits until `count` handoffs are finished and the CRM knows everything.
    func finished(_ count: Int, within limit: Duration = .seconds(60)) async throws {
        try await eventually("\(count) handoffs are finished", within: limit) {
            try await value(
                """
                SELECT (SELECT count(*) FROM handoffs WHERE state = 'finished') >= \(count)
                    AND NOT EXISTS (SELECT FROM mirrors WHERE due_at IS NOT NULL)
                """) == "true"
        }
    }

    /// Replaces the sandbox's faults.
    func faults(_ rules: String = "[]") async throws {
        try await administer("PUT", "admin/faults", rules)
    }

    /// Calls a contract off.
    func cancel(_ opportunity: String, contract: String = "CT-1", version: Int) async throws {
        let event: [String: Any] = [
            "specversion": "1.0", "id": uniqueName("event"), "source": "salesforce", "type": "deal.cancelled.v1",
            "time": "2026-11-21T09:00:00Z",
            "data": ["opportunity": opportunity, "contract": contract, "version": version, "reason": "lost"],
        ]
        await send(Array(try JSONSerialization.data(withJSONObject: event)), type: "deal.cancelled.v1")
    }

    /// A count in the database.
    func count(_ what: String) async throws -> Int {
        Int(try await value("SELECT count(*) FROM \(what)") ?? "") ?? -1
    }

    /// The effects that made something, how often each.
    func made() throws -> [String: Int] {
        Dictionary(try effects().filter { $0.verb != "write_handoff" }.map { ($0.verb, 1) }, uniquingKeysWith: +)
    }

    /// What the CRM was told about an opportunity, oldest first.
    func told(_ opportunity: String) async throws -> [String] {
        try await statuses(of: opportunity).map(\.state)
    }

    /// One status of an opportunity, as the CRM shows it.
    struct ToldStatus: Decodable {
        var state: String
        var waitingOn: String?
        var since: String
        var nextTry: String?
        var contract: String?
        var attention: String?
        var projectId: String?
    }

    /// The statuses that the CRM was told about an opportunity, oldest first.
    func statuses(of opportunity: String) async throws -> [ToldStatus] {
        struct History: Decodable {
            var items: [ToldStatus]
        }
        let path = "crm/opportunities/\(opportunity)/handoff/history"
        let body = try await curl("GET", targets.appending(path: path).absoluteString)
        return try JSONDecoder().decode(History.self, from: body).items
    }

    /// What the CRM shows of each contract of an opportunity that has several.
    func contracts(of opportunity: String) async throws -> [ToldStatus] {
        struct Newest: Decodable {
            var contracts: [ToldStatus]?
        }
        let path = "crm/opportunities/\(opportunity)/handoff"
        let body = try await curl("GET", targets.appending(path: path).absoluteString)
        return try JSONDecoder().decode(Newest.self, from: body).contracts ?? []
    }

    /// Runs the operators' command as support does, with support's own role.
    func baton(_ arguments: [String]) async throws -> (status: Int32, output: String) {
        try await run("baton", arguments)
    }

    /// Runs the support tool, with support's own role.
    func requeue(_ arguments: [String]) async throws -> (status: Int32, output: String) {
        try await run("requeue", arguments)
    }

    private func run(_ program: String, _ arguments: [String]) async throws -> (status: Int32, output: String) {
        let url = try TestServers.postgresql.replacing("//postgres@", with: "//\(TestServers.person)@")
        let process = try ChildProcess(
            program, arguments: arguments,
            environment: [
                "BATON_POSTGRESQL_URL": url, "BATON_POSTGRESQL_SCHEMA": schema.name, "BATON_AMQP_URL": broker.url,
            ],
            logFile: folder + "/" + uniqueName("command") + ".out")
        let status = await process.waitForExit()
        return (status, process.log)
    }

    /// Everything that the workers have logged.
    func workerLogs() throws -> String {
        try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".log") }.map {
            String(decoding: try Data(contentsOf: URL(fileURLWithPath: folder + "/" + $0)), as: UTF8.self)
        }.joined()
    }
}

/// What a deal leaves behind in the sandbox when each effect is made once.
let oneDeal = [
    "create_customer": 1, "create_project": 1, "create_tasks": 1, "create_billing_schedule": 1, "activate_project": 1,
]
