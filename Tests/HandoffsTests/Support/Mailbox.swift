import Foundation
import RabbitMQ
import Support

/// A message as the broker's management API hands it out.
struct Letter: Sendable {
    var exchange: String
    var routingKey: String
    var body: [UInt8]
    var correlationID: String?
    var type: String?
    var headers: [String: String]

    /// The body as an answer on the exchange `handoffs`.
    func answer() throws -> HandoffAnswer { try JSONDecoder().decode(HandoffAnswer.self, from: Data(body)) }
}

/// An answer, as a program that knows only its schema would read it.
struct HandoffAnswer: Sendable, Decodable {
    struct Finding: Sendable, Decodable {
        var path: String
        var owner: String
    }

    struct Content: Sendable, Decodable {
        var outcome: String?
        var reason: String?
        var incidentClass: String?
        var eventId: String?
        var handoff: String?
        var findings: [Finding]?
    }

    var type: String
    var correlationid: String
    var data: Content
}

/// The post of one queue, gathered as it comes.
actor Mailbox {
    nonisolated let queue: String
    private let virtualHost: String
    private var letters: [Letter] = []

    /// Gathers what is in a queue that is there already.
    init(of queue: String, at broker: TestBroker) {
        self.queue = queue
        virtualHost = broker.virtualHost
    }

    /// Gathers what the exchange `handoffs` carries from now on, in a queue of the test's own.
    static func ofAnswers(at broker: TestBroker) async throws -> Mailbox {
        let mailbox = Mailbox(of: uniqueName("answers"), at: broker)
        try await mailbox.ask("PUT", "queues/\(broker.virtualHost)/\(mailbox.queue)", ["durable": true])
        try await mailbox.ask(
            "POST", "bindings/\(broker.virtualHost)/e/handoffs/q/\(mailbox.queue)", ["routing_key": "#"])
        return mailbox
    }

    /// Everything that has come so far.
    func all() async throws -> [Letter] {
        let answer = try await ask(
            "POST", "queues/\(virtualHost)/\(queue)/get",
            ["count": 1000, "ackmode": "ack_requeue_false", "encoding": "base64"])
        guard let items = try JSONSerialization.jsonObject(with: answer) as? [[String: Any]] else {
            throw Unreadable(what: String(decoding: answer, as: UTF8.self))
        }
        for item in items {
            let properties = item["properties"] as? [String: Any] ?? [:]
            let headers = properties["headers"] as? [String: Any] ?? [:]
            letters.append(
                Letter(
                    exchange: item["exchange"] as? String ?? "", routingKey: item["routing_key"] as? String ?? "",
                    body: (item["payload"] as? String).flatMap { Data(base64Encoded: $0) }.map(Array.init) ?? [],
                    correlationID: properties["correlation_id"] as? String, type: properties["type"] as? String,
                    headers: headers.mapValues { "\($0)" }))
        }
        return letters
    }

    /// Waits until `count` letters have come, and answers all that have.
    nonisolated func atLeast(_ count: Int, within limit: Duration = .seconds(30)) async throws -> [Letter] {
        var letters: [Letter] = []
        try await eventually("\(count) messages are in \(queue)", within: limit) {
            letters = try await all()
            return letters.count >= count
        }
        return letters
    }

    /// Waits for the dispositions of `count` events, and answers all that have come.
    nonisolated func dispositions(_ count: Int, within limit: Duration = .seconds(30)) async throws -> [HandoffAnswer] {
        var found: [HandoffAnswer] = []
        try await eventually("\(count) events are answered", within: limit) {
            found = try await all().map { try $0.answer() }.filter { $0.type == "handoff.disposition.v1" }
            return found.count >= count
        }
        return found
    }

    @discardableResult
    private func ask(_ method: String, _ path: String, _ body: [String: Any]) async throws -> Data {
        let json = try JSONSerialization.data(withJSONObject: body)
        return try await curl(
            method, "\(try TestServers.amqpAPI)/api/\(path)", body: String(decoding: json, as: UTF8.self))
    }
}

/// An answer that is not what was asked for.
struct Unreadable: Error, CustomStringConvertible {
    let what: String
    var description: String { "cannot be read: \(what)" }
}

/// Asks an HTTP server and answers the body; throws for a status of 400 or more.
func curl(
    _ method: String, _ url: String, headers: [String] = ["Content-Type: application/json"], body: String? = nil
) async throws -> Data {
    let file = FileManager.default.temporaryDirectory.appending(path: uniqueName("answer"))
    defer { try? FileManager.default.removeItem(at: file) }
    let sent = body.map { ["-d", $0] } ?? []
    try await run(
        "/usr/bin/curl", ["-sf", "-o", file.path, "-X", method] + headers.flatMap { ["-H", $0] } + sent + [url])
    guard FileManager.default.fileExists(atPath: file.path) else { return Data() }
    return try Data(contentsOf: file)
}

/// Runs a program of the system to its end; throws unless it exits with 0.
func run(_ program: String, _ arguments: [String]) async throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    try await process.runToEnd()
}
