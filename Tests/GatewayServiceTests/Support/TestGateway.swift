import AsyncHTTPClient
import Foundation
import Logging
import NIOCore
import RabbitMQ
import Settings
import Support
import Topology

@testable import GatewayService

/// A gateway in this process, at a broker of one test's own, and a queue that sees what it publishes.
struct TestGateway: Sendable {
    let broker: TestBroker
    let port: Int
    let client: HTTPClient
    let seen: Seen

    /// The queue that takes every event of `deals`.
    static let queue = "seen"

    /// Runs `body` with a gateway for `sources`.
    static func with(
        _ sources: [Source], settings: [String: String] = [:], arguments: [String: TopologyDescription.Argument] = [:],
        readers: Gateway.Readers? = nil, _ body: @Sendable (TestGateway) async throws -> Void
    ) async throws {
        try await TestBroker.with { broker in
            try await bind(queue, at: broker, arguments)
            try await run(sources, at: broker, settings: settings, readers: readers, body)
        }
    }

    /// Runs `body` with a gateway at a broker that is there, under the account that the settings may name.
    static func run(
        _ sources: [Source], at broker: TestBroker, settings: [String: String] = [:], readers: Gateway.Readers? = nil,
        logger: Logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
        _ body: @Sendable (TestGateway) async throws -> Void
    ) async throws {
        var environment = [
            "BATON_AMQP_URL": broker.url, "BATON_GATEWAY_PORT": "0", "BATON_GATEWAY_SOURCES": "not read",
        ]
        environment.merge(settings) { _, given in given }
        let gateway = try Gateway(
            settings: try GatewaySettings(environment: environment),
            sources: Dictionary(uniqueKeysWithValues: sources.map { ($0.name, $0) }), readers: readers,
            logger: logger)
        // Requests that are held up on purpose must not keep those beside them from a connection.
        var connections = HTTPClient.Configuration()
        connections.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 64
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: connections)
        let consumer = Consumer(settings: broker.settings, queue: queue, prefetch: 1000)
        let outcome: Result<Void, any Error>
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await consumer.run() }
                try await gateway.serve { port in
                    try await body(
                        TestGateway(broker: broker, port: port, client: client, seen: Seen(consumer.deliveries)))
                }
                await consumer.close()
                group.cancelAll()
            }
            outcome = .success(())
        } catch {
            outcome = .failure(error)
        }
        try await client.shutdown()
        try outcome.get()
    }

    /// Makes a queue of the test's own that takes what `deals` carries.
    static func bind(
        _ queue: String, at broker: TestBroker, _ arguments: [String: TopologyDescription.Argument] = [:]
    ) async throws {
        let all = try TopologyDescription(folder: repositoryRoot + "/Queues")
        let description = TopologyDescription(
            exchanges: all.exchanges, queues: [.init(name: queue, arguments: arguments)],
            bindings: [.init(source: "deals", destination: queue, routingKey: "#")])
        _ = try await BrokerAdministration.with(
            ManagementAddress(TestServers.amqpAPI), virtualHost: broker.virtualHost
        ) { try await $0.apply(description) }
    }

    /// Sends a request and answers what came back.
    func send(
        _ path: String, method: String = "POST", headers: [(String, String)] = [("content-type", "application/json")],
        _ body: [UInt8] = []
    ) async throws -> Reply {
        var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)\(path)")
        request.method = .init(rawValue: method)
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        if !body.isEmpty { request.body = .bytes(ByteBuffer(bytes: body)) }
        let response = try await client.execute(request, timeout: .seconds(30))
        let bytes = try await response.body.collect(upTo: 1 << 22)
        return Reply(
            status: Int(response.status.code),
            headers: Dictionary(response.headers.map { ($0.name.lowercased(), $0.value) }) { first, _ in first },
            body: Array(bytes.readableBytesView))
    }

    /// How many messages are ready in a queue.
    func depth(of queue: String) async throws -> Int? {
        try await withThrowingTaskGroup(of: Void.self) { group in
            let publisher = Publisher(settings: broker.settings)
            group.addTask { try await publisher.run() }
            let depth = try await publisher.depth(of: queue)?.messages
            await publisher.close()
            return depth
        }
    }
}

/// What the gateway answered.
struct Reply: Sendable {
    let status: Int
    let headers: [String: String]
    let body: [UInt8]

    var text: String { String(decoding: body, as: UTF8.self) }

    var json: [String: Any] {
        get throws { try JSONSerialization.jsonObject(with: Data(body)) as? [String: Any] ?? [:] }
    }
}

/// What arrived in a queue, in its order.
actor Seen {
    private(set) var all: [Delivery] = []
    private let deliveries: AsyncStream<[Delivery]>

    init(_ deliveries: AsyncStream<[Delivery]>) {
        self.deliveries = deliveries
    }

    var count: Int { all.count }

    /// The first `count` messages, once they are there.
    func first(_ count: Int) async -> [Delivery] {
        if all.count < count {
            for await portion in deliveries {
                all += portion
                if all.count >= count { break }
            }
        }
        return Array(all.prefix(count))
    }
}

extension Delivery {
    /// The event that the message carries.
    var event: [String: Any] {
        get throws { try JSONSerialization.jsonObject(with: Data(body)) as? [String: Any] ?? [:] }
    }
}
