import Foundation
import Support
import Testing

@testable import Topology

@Suite struct ApplyTests {
    let description: TopologyDescription

    init() throws {
        description = try TopologyDescription(folder: Repository.queues)
    }

    @Test("an empty broker lacks everything, and after apply nothing", .timeLimit(.minutes(1)))
    func emptyBroker() async throws {
        try await Broker.withVirtualHost { broker in
            let before = try await broker.plan(description)
            #expect(before.missing.count == 29, "5 exchanges, 9 queues, 15 bindings")
            #expect(before.differing.isEmpty && before.surplus.isEmpty)

            let changes = try await broker.apply(description)
            #expect(changes.created == before.missing)
            #expect(Set(changes.createdQueues) == Set(description.queues.map(\.name)))

            let after = try await broker.plan(description)
            #expect(after.isSettled && after.surplus.isEmpty)
            #expect(try await broker.apply(description).isEmpty)
        }
    }

    @Test("a queue deleted behind our back is shown, created again and named", .timeLimit(.minutes(1)))
    func deletedQueue() async throws {
        try await Broker.withVirtualHost { broker in
            _ = try await broker.apply(description)
            try await broker.declare("DELETE", ["queues", broker.virtualHost, "billing-schedules"], Nothing())

            let plan = try await broker.plan(description)
            let gone = ["queue billing-schedules", "binding work -> billing-schedules [billing-schedules]"]
            #expect(plan.missing.map(\.description) == gone)
            #expect(try await broker.apply(description).createdQueues == ["billing-schedules"])
            #expect(try await broker.plan(description).isSettled)
        }
    }

    @Test("CTR-B5 no queue of dead letters drops what nobody collected", .timeLimit(.minutes(1)))
    func collectedByNobody() async throws {
        try await Broker.withVirtualHost { broker in
            _ = try await broker.apply(description)
            let queues = try await broker.state().queues
            let dead = queues.filter { $0.name.hasSuffix(".dead") || $0.name == "deals.unrouted" }
            #expect(dead.count == 5)
            for queue in dead {
                // Above any number of looks, and within what RabbitMQ 3.10 and 4 take.
                #expect(queue.arguments["x-delivery-limit"] == .integer(2_000_000_000), "\(queue.name)")
                #expect(queue.arguments["x-dead-letter-exchange"] == nil)
            }
            let url = try Broker.url(of: broker)
            let seen = try await Broker.pika(
                """
                import pika, sys
                channel = pika.BlockingConnection(pika.URLParameters(sys.argv[1])).channel()
                channel.basic_publish('dead', 'deal-events', b'x', pika.BasicProperties(delivery_mode=2))
                for look in range(60):
                    method, _, body = channel.basic_get('deal-events.dead')
                    if method: channel.basic_nack(method.delivery_tag, requeue=True)
                import time
                for wait in range(100):
                    method, _, body = channel.basic_get('deal-events.dead')
                    if method: break
                    time.sleep(0.05)
                print(body.decode() if method else 'gone')
                """, url: url)
            #expect(seen == "x\n")
        }
    }

    @Test(
        "CTR-B5 a dead-letter queue of an earlier day is told, and made anew once it is empty", .timeLimit(.minutes(1)))
    func replaced() async throws {
        try await Broker.withVirtualHost { broker in
            let old = TopologyDescription.Queue(
                name: "deal-events.dead", arguments: ["x-queue-type": .string("quorum")])
            try await broker.declare("PUT", ["queues", broker.virtualHost, old.name], old)
            let plan = try await broker.plan(description)
            #expect(plan.replaceable == ["deal-events.dead"] && plan.table.contains("--replace-dead-letters"))
            let error = await #expect(throws: TopologyError.self) { try await broker.apply(description) }
            #expect(error?.description.contains("--replace-dead-letters") == true)

            let url = try Broker.url(of: broker)
            let script = """
                import pika, sys
                channel = pika.BlockingConnection(pika.URLParameters(sys.argv[1])).channel()
                channel.confirm_delivery()
                """
            _ = try await Broker.pika(
                script + "\nchannel.basic_publish('', 'deal-events.dead', b'x', mandatory=True)\n", url: url)
            await #expect(throws: TopologyError.notEmpty(queue: "deal-events.dead", messages: 1)) {
                try await broker.clearReplaceable(description)
            }
            _ = try await Broker.pika(script + "\nchannel.queue_purge('deal-events.dead')\n", url: url)
            try await eventually("the broker has counted") {
                (try? await broker.clearReplaceable(description)) == ["deal-events.dead"]
            }
            #expect(try await broker.apply(description).createdQueues.contains("deal-events.dead"))
            #expect(try await broker.plan(description).isSettled)
        }
    }

    @Test("a differing argument is reported and nothing is touched", .timeLimit(.minutes(1)))
    func differingArgument() async throws {
        try await Broker.withVirtualHost { broker in
            var queue = try #require(description.queues.first { $0.name == "deal-events" })
            queue.arguments["x-delivery-limit"] = .integer(5)
            queue.arguments["x-max-length"] = .integer(10)
            queue.arguments["x-dead-letter-routing-key"] = nil
            try await broker.declare("PUT", ["queues", broker.virtualHost, queue.name], queue)

            let error = await #expect(throws: TopologyError.self) { try await broker.apply(description) }
            guard case .differing(let differences) = error else {
                Issue.record("not a difference: \(String(describing: error))")
                return
            }
            #expect(
                differences.map(\.description) == [
                    "queue deal-events: x-dead-letter-routing-key is not set, should be deal-events",
                    "queue deal-events: x-delivery-limit is 5, should be 100",
                    "queue deal-events: x-max-length is 10, should not be set",
                ])
            let state = try await broker.state()
            #expect(state.queues.map(\.name) == ["deal-events"])
            #expect(state.exchanges.allSatisfy { $0.name.isEmpty || $0.name.hasPrefix("amq.") })
        }
    }

    @Test("what is ours and not described is reported, and what is others' is not", .timeLimit(.minutes(1)))
    func surplus() async throws {
        try await Broker.withVirtualHost { broker in
            _ = try await broker.apply(description)
            let retired = TopologyDescription.Queue(
                name: "retired", arguments: ["x-dead-letter-exchange": .string("dead")])
            for queue in [retired, .init(name: "spy", arguments: [:]), .init(name: "subscriber", arguments: [:])] {
                try await broker.declare("PUT", ["queues", broker.virtualHost, queue.name], queue)
            }
            for (exchange, queue) in [("deals", "spy"), ("handoffs", "subscriber"), ("amq.topic", "deal-events")] {
                let binding = TopologyDescription.Binding(source: exchange, destination: queue, routingKey: "#")
                try await broker.declare("POST", ["bindings", broker.virtualHost, "e", exchange, "q", queue], binding)
            }
            let plan = try await broker.plan(description)
            #expect(plan.isSettled)
            #expect(
                plan.surplus.map(\.description) == [
                    "binding amq.topic -> deal-events [#]", "binding deals -> spy [#]", "queue retired", "queue spy",
                ])
            #expect(try await broker.apply(description).isEmpty)
            #expect(try await broker.plan(description).surplus == plan.surplus)
        }
    }

    @Test("apply that is stopped half-way names what it created, and can be repeated", .timeLimit(.minutes(1)))
    func stoppedHalfWay() async throws {
        try await Broker.withVirtualHost { broker in
            let user = "limited-" + UUID().uuidString.lowercased()
            try await broker.declare("PUT", ["users", user], ["password": "limited", "tags": "management"])
            let rights = ["configure": "^billing-schedules.dead$", "write": ".*", "read": ".*"]
            try await broker.declare("PUT", ["permissions", broker.virtualHost, user], rights)
            var parts = try #require(URLComponents(string: try Broker.setting(Broker.api)))
            parts.user = user
            parts.password = "limited"
            let address = try ManagementAddress(try #require(parts.string))

            let error = await #expect(throws: TopologyError.self) {
                try await BrokerAdministration.with(address, virtualHost: broker.virtualHost) {
                    try await $0.apply(description)
                }
            }
            guard case .incomplete(let changes, because: .notAuthorized) = error else {
                Issue.record("not incomplete: \(String(describing: error))")
                return
            }
            #expect(changes.createdQueues == ["billing-schedules.dead"])
            #expect(try await broker.apply(description).createdQueues.count == 8)
            try await broker.declare("DELETE", ["users", user], Nothing())
        }
    }

    @Test("export read by an empty virtual host gives the same", .timeLimit(.minutes(1)), arguments: [true, false])
    func export(withVirtualHost: Bool) async throws {
        try await Broker.withVirtualHost { broker in
            let text = try description.definitions(virtualHost: withVirtualHost ? broker.virtualHost : nil)
            let definitions = try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
            let path = ["definitions"] + (withVirtualHost ? [] : [broker.virtualHost])
            try await broker.declare("POST", path, definitions)
            let plan = try await broker.plan(description)
            #expect(plan.isSettled && plan.surplus.isEmpty, "\(plan.table)")
        }
    }
}

/// Any JSON, to send a text on as it is.
enum JSONValue: Codable {
    case object([String: JSONValue])
    case array([JSONValue])
    case value(TopologyDescription.Argument)

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if let object = try? value.decode([String: JSONValue].self) {
            self = .object(object)
        } else if let array = try? value.decode([JSONValue].self) {
            self = .array(array)
        } else {
            self = .value(try value.decode(TopologyDescription.Argument.self))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var value = encoder.singleValueContainer()
        switch self {
        case .object(let object): try value.encode(object)
        case .array(let array): try value.encode(array)
        case .value(let scalar): try value.encode(scalar)
        }
    }
}
