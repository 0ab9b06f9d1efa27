import Foundation
import PostgreSQL
import RabbitMQ
import Support

/// A schema with parked deals, a broker, and the people who look after them.
struct SupportDesk: Sendable {
    let schema: TestSchema
    let broker: TestBroker
    let publisher: Publisher

    static let support = TestServers.person

    static func with(_ body: @escaping @Sendable (SupportDesk) async throws -> Void) async throws {
        try await TestSchema.with { schema in
            try await TestBroker.with { broker in
                let publisher = Publisher(settings: broker.settings)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await publisher.run() }
                    try await body(SupportDesk(schema: schema, broker: broker, publisher: publisher))
                    await publisher.close()
                    try await group.waitForAll()
                }
            }
        }
    }

    /// Runs `body` with a login of its own in `groups`, which is dropped afterwards.
    func withRole(in groups: String, _ body: (String) async throws -> Void) async throws {
        let role = uniqueName("clerk")
        try await schema.database.script("CREATE ROLE \(role) LOGIN IN ROLE \(groups)")
        let outcome: Result<Void, any Error>
        do {
            outcome = .success(try await body(role))
        } catch {
            outcome = .failure(error)
        }
        try await schema.database.script("DROP ROLE \(role)")
        try outcome.get()
    }

    /// Runs `requeue` as `role`.
    func requeue(
        _ arguments: String..., as role: String = support, broker url: String? = nil, more: [String: String] = [:]
    ) async throws -> Printed {
        try await Printed.by("requeue", arguments, environment: try environment(role, url).merging(more) { $1 })
    }

    /// Runs `requeue` with arguments that were put together.
    func requeue(_ arguments: [String], as role: String = support) async throws -> Printed {
        try await Printed.by("requeue", arguments, environment: try environment(role, nil))
    }

    /// Runs `baton` as `role`.
    func baton(_ arguments: String..., as role: String = support) async throws -> Printed {
        try await Printed.by("baton", arguments, environment: try environment(role, nil))
    }

    /// Runs `baton` with arguments that were put together.
    func baton(_ arguments: [String], as role: String = support) async throws -> Printed {
        try await Printed.by("baton", arguments, environment: try environment(role, nil))
    }

    /// What the CRM shows of an opportunity's handoff; empty where it knows of none.
    func told(_ opportunity: String, at company: TestCompany) async throws -> String {
        let file = FileManager.default.temporaryDirectory.appending(path: uniqueName("told"))
        defer { try? FileManager.default.removeItem(at: file) }
        try Data().write(to: file)
        let curl = Process()
        curl.executableURL = URL(fileURLWithPath: "/usr/bin/curl")
        curl.arguments = [
            "-s", "-o", file.path,
            company.targets.appending(path: "crm/opportunities/\(opportunity)/handoff").absoluteString,
        ]
        try await curl.runToEnd()
        return try String(contentsOf: file, encoding: .utf8)
    }

    /// What a program has to know to work here as `role`.
    func environment(_ role: String = support, _ url: String? = nil) throws -> [String: String] {
        [
            "BATON_POSTGRESQL_URL": try TestServers.postgresql.replacing("//postgres@", with: "//\(role)@"),
            "BATON_POSTGRESQL_SCHEMA": schema.name, "BATON_AMQP_URL": url ?? broker.url,
        ]
    }

    /// The single value of a query's first row, as text.
    func value(_ sql: String) async throws -> String? {
        try await schema.database.query(Statement(unprepared: "SELECT (\(sql))::text")).first?
            .value(0, as: String?.self)
    }

    /// Everything that an act could change, as one text.
    func everything() async throws -> String? {
        try await value(
            """
            concat_ws(E'\\n', (SELECT string_agg(h::text, ';' ORDER BY id) FROM handoffs h),
                (SELECT string_agg(s::text, ';' ORDER BY handoff_id, ordinal) FROM steps s),
                (SELECT string_agg(j::text, ';' ORDER BY handoff_id, seq) FROM journal j),
                (SELECT string_agg(i::text, ';' ORDER BY id) FROM incidents i),
                (SELECT string_agg(a::text, ';' ORDER BY id) FROM acts a))
            """)
    }

    /// How many messages are ready in `queue`, once that many are.
    func depth(of queue: String, reaches count: Int) async throws {
        try await eventually("\(queue) holds \(count) messages") {
            try await publisher.depth(of: queue)?.messages == count
        }
    }

    /// Takes every message out of `queue` by the management API.
    func letters(in queue: String, atMost count: Int = 100) async throws -> [Letter] {
        try await manage(queue, mode: "ack_requeue_false", count: count)
    }

    /// Takes the first message out of `queue` and gives it back, as a consumer that dies does.
    func giveBackFirst(in queue: String) async throws {
        _ = try await manage(queue, mode: "reject_requeue_true", count: 1)
    }

    private func manage(_ queue: String, mode: String, count: Int) async throws -> [Letter] {
        let file = FileManager.default.temporaryDirectory.appending(path: uniqueName("letters"))
        defer { try? FileManager.default.removeItem(at: file) }
        let curl = Process()
        curl.executableURL = URL(fileURLWithPath: "/usr/bin/curl")
        curl.arguments = [
            "-sf", "-o", file.path, "-X", "POST", "-d",
            #"{"count":\#(count),"ackmode":"\#(mode)","encoding":"base64"}"#,
            "\(try TestServers.amqpAPI)/api/queues/\(broker.virtualHost)/\(queue)/get",
        ]
        try await curl.runToEnd()
        let items = try JSONSerialization.jsonObject(with: try Data(contentsOf: file)) as? [[String: Any]]
        return (items ?? []).map(Letter.init)
    }
}

/// A message as the management API hands it out.
struct Letter: Sendable {
    let exchange: String
    let routingKey: String
    let body: [UInt8]
    let messageID: String?
    let headers: [String: String]

    init(_ item: [String: Any]) {
        let properties = item["properties"] as? [String: Any] ?? [:]
        exchange = item["exchange"] as? String ?? ""
        routingKey = item["routing_key"] as? String ?? ""
        body = (item["payload"] as? String).flatMap { Data(base64Encoded: $0) }.map(Array.init) ?? []
        messageID = properties["message_id"] as? String
        headers = (properties["headers"] as? [String: Any] ?? [:]).mapValues { "\($0)" }
    }
}
