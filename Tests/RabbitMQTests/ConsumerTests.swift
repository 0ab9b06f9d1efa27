import Foundation
import Testing

@testable import RabbitMQ

@Suite(.serialized) struct ConsumerTests {
    private func fill(_ queue: String, count: Int, body: [UInt8] = Array("{}".utf8)) async throws {
        try await withPublisher(TestBroker().settings) { publisher in
            let outcomes = await publisher.publish((1...count).map { .to(queue, id: "m-\($0)", body: body) })
            #expect(outcomes.allSatisfy { $0 == .confirmed })
        }
    }

    @Test(
        "T7 messages that lie in the library's buffer are delivered without waiting for more", .timeLimit(.minutes(1)))
    func buffered() async throws {
        let broker = try TestBroker()
        let count = 500
        try await broker.withQueue { queue in
            try await withProxy(broker) { proxy, through in
                var settings = through
                settings.heartbeat = .seconds(600)
                let log = EventLog()
                try await withConsumer(settings, queue: queue, prefetch: 500, log: log) { consumer, reader in
                    try await eventually("connected") { log.connections == 1 }
                    // All of it shall arrive in one read, more than one drain takes.
                    proxy.forward(toBroker: true, toClient: false)
                    try await fill(queue, count: count)
                    try await eventually("all is on its way") { try await broker.depth(of: queue)?.messages == 0 }
                    proxy.forward(toBroker: true, toClient: true)
                    let started = ContinuousClock.now
                    let deliveries = try await reader.next(count)
                    #expect(deliveries.map(\.properties.messageID) == (1...count).map { "m-\($0)" })
                    #expect(ContinuousClock.now - started < .seconds(10))
                    await consumer.settle(deliveries.map(\.tag))
                }
            }
        }
    }

    @Test("a message arrives as it was published and is gone once settled", .timeLimit(.minutes(1)))
    func roundTrip() async throws {
        let broker = try TestBroker()
        try await broker.withQueue(arguments: ["x-queue-type": "quorum"]) { queue in
            let sent = Message(
                exchange: "", routingKey: queue,
                properties: Properties(
                    contentType: "application/json", messageID: "one", correlationID: "c", type: "t", appID: "a",
                    timestamp: 9, headers: ["table": .table(["list": .array([1, "two", true])])]),
                body: [UInt8](repeating: 65, count: 300_000))
            try await withPublisher(broker.settings) { publisher in
                #expect(await publisher.publish([sent]) == [.confirmed])
                try await withConsumer(broker.settings, queue: queue) { consumer, reader in
                    let delivery = try await reader.next()[0]
                    #expect(delivery.properties == sent.properties)
                    #expect(delivery.body == sent.body)
                    #expect(delivery.routingKey == queue)
                    #expect(!delivery.isRedelivered)
                    await consumer.settle([delivery.tag])
                }
                try await broker.expectEmpty(queue)
            }
        }
    }

    @Test("deliveries settled in any order leave the queue empty and the channel open", .timeLimit(.minutes(1)))
    func anyOrder() async throws {
        let broker = try TestBroker()
        try await broker.withQueue { queue in
            try await fill(queue, count: 500)
            let log = EventLog()
            try await withConsumer(broker.settings, queue: queue, prefetch: 50, log: log) { consumer, reader in
                for _ in 0..<50 {
                    for delivery in try await reader.next(10).shuffled() { await consumer.settle([delivery.tag]) }
                }
            }
            #expect(log.losses == [])
            try await broker.expectEmpty(queue)
        }
    }

    @Test("T5 a deleted queue is noticed, and consumed again when it is back", .timeLimit(.minutes(1)))
    func cancelled() async throws {
        let broker = try TestBroker()
        try await broker.withQueue { queue in
            let log = EventLog()
            try await withConsumer(broker.settings, queue: queue, log: log) { consumer, reader in
                try await eventually("connected") { log.connections == 1 }
                try await broker.delete(queue)
                try await eventually("told of the cancellation") { log.all.contains(.cancelled(queue: queue)) }
                try await broker.declare(queue)
                try await fill(queue, count: 1)
                let delivery = try await reader.next()[0]
                #expect(delivery.tag.epoch > 1)
                await consumer.settle([delivery.tag])
            }
        }
    }

    @Test(
        "T5 the broker is told that this client understands cancellations, alarms and confirms", .timeLimit(.minutes(1))
    )
    func capabilities() async throws {
        let broker = try TestBroker()
        var settings = broker.settings
        settings.connectionName = "capabilities-\(UUID())"
        let name = settings.connectionName
        try await withPublisher(settings) { _ in
            try await eventually("the connection is listed") {
                guard let told = try await broker.capabilities(ofConnectionNamed: name) else { return false }
                let needed = ["consumer_cancel_notify", "connection.blocked", "basic.nack", "publisher_confirms"]
                #expect(needed.allSatisfy { told[$0] == true })
                return true
            }
        }
    }

    @Test("T14 a lost connection is made again, and tags of the old one are never sent", .timeLimit(.minutes(1)))
    func oldTags() async throws {
        let broker = try TestBroker()
        try await broker.withQueue { queue in
            try await fill(queue, count: 20)
            try await withProxy(broker) { proxy, settings in
                let log = EventLog()
                try await withConsumer(settings, queue: queue, log: log) { consumer, reader in
                    let first = try await reader.next(20)
                    proxy.cut()
                    let second = try await reader.next(20)
                    #expect(second.allSatisfy { $0.tag.epoch > first[0].tag.epoch && $0.isRedelivered })
                    await consumer.settle(first.map(\.tag))
                    #expect(await consumer.unsettled == 20)
                    await consumer.settle(second.map(\.tag))
                    try await fill(queue, count: 1)
                    await consumer.settle(try await reader.next().map(\.tag))
                }
                #expect(log.connections == 2)
                #expect(log.losses.count == 1)
            }
            try await broker.expectEmpty(queue)
        }
    }

    @Test("R7 a channel that the broker closes with 406 is made again with a new epoch", .timeLimit(.minutes(1)))
    func channelClosed() async throws {
        let broker = try TestBroker()
        try await broker.withQueue { queue in
            try await fill(queue, count: 5)
            try await withProxy(broker) { proxy, settings in
                let log = EventLog()
                let reason = "PRECONDITION_FAILED - delivery acknowledgement on channel 1 timed out"
                try await withConsumer(settings, queue: queue, log: log) { consumer, reader in
                    let held = try await reader.next(5)
                    proxy.inject(Frame.channelClose(code: 406, text: reason))
                    let again = try await reader.next(5)
                    #expect(again.allSatisfy { $0.tag.epoch > held[0].tag.epoch })
                    await consumer.settle(held.map(\.tag))
                    await consumer.settle(again.map(\.tag))
                }
                #expect(log.losses == [.channelClosed(code: 406, text: reason)])
            }
            try await broker.expectEmpty(queue)
        }
    }

    @Test(
        "R1 messages that only lay prefetched survive many returns under a delivery limit of 100",
        .timeLimit(.minutes(1)))
    func innocents() async throws {
        let broker = try TestBroker()
        try await broker.withQueue { dead in
            let arguments: [String: any Sendable] = [
                "x-queue-type": "quorum", "x-delivery-limit": 100, "x-dead-letter-exchange": "",
                "x-dead-letter-routing-key": dead,
            ]
            try await broker.withQueue(arguments: arguments) { queue in
                try await fill(queue, count: 20)
                for _ in 0..<15 {
                    try await withConsumer(broker.settings, queue: queue) { _, reader in
                        _ = try await reader.next(20)
                    }
                }
                try await withConsumer(broker.settings, queue: queue) { consumer, reader in
                    let deliveries = try await reader.next(20)
                    #expect(Set(deliveries.compactMap(\.properties.messageID)).count == 20)
                    #expect(deliveries.allSatisfy { $0.properties.headers["x-delivery-count"] == .integer(15) })
                    await consumer.settle(deliveries.map(\.tag))
                }
                try await broker.expectEmpty(dead)
                try await broker.expectEmpty(queue)
            }
        }
    }

    @Test("the heartbeat goes on while the consumer is idle and holds a delivery", .timeLimit(.minutes(1)))
    func heartbeats() async throws {
        let broker = try TestBroker()
        try await broker.withQueue { queue in
            try await fill(queue, count: 1)
            var settings = broker.settings
            settings.heartbeat = .seconds(1)
            let log = EventLog()
            try await withConsumer(settings, queue: queue, log: log) { consumer, reader in
                let held = try await reader.next()
                let silentUntil = ContinuousClock.now + .seconds(5)
                try await eventually("five heartbeats pass") { ContinuousClock.now > silentUntil }
                await consumer.settle(held.map(\.tag))
            }
            #expect(log.losses == [])
        }
    }

    @Test("stopping finishes the stream, and what was delivered can still be settled", .timeLimit(.minutes(1)))
    func stopping() async throws {
        let broker = try TestBroker()
        try await broker.withQueue { queue in
            try await fill(queue, count: 5)
            try await withConsumer(broker.settings, queue: queue, prefetch: 5) { consumer, reader in
                let deliveries = try await reader.next(5)
                await consumer.stopConsuming()
                try await fill(queue, count: 3)
                await consumer.settle(deliveries.map(\.tag))
                await #expect(throws: DeliveriesEnded.self) { try await reader.next() }
            }
            try await eventually("three messages and no consumer are left") {
                try await broker.depth(of: queue) == QueueDepth(messages: 3, consumers: 0)
            }
        }
    }

    @Test(
        "CTR-B6 what is held is bounded by bytes: the rest comes when something is settled, over the same connection",
        .timeLimit(.minutes(1)))
    func boundedBytes() async throws {
        let broker = try TestBroker()
        try await broker.withQueue(arguments: ["x-queue-type": "quorum"]) { queue in
            try await fill(queue, count: 20, body: [UInt8](repeating: 65, count: 300_000))
            var settings = broker.settings
            settings.heartbeat = .seconds(1)
            let log = EventLog()
            try await withConsumer(settings, queue: queue, mostBytes: 1_000_000, log: log) { consumer, reader in
                var held = try await reader.next(4)
                let fullUntil = ContinuousClock.now + .seconds(4)
                try await eventually("four heartbeats pass") { ContinuousClock.now > fullUntil }
                #expect(await consumer.unsettled == 4)
                for _ in 4..<20 {
                    await consumer.settle([held.removeFirst().tag])
                    held += try await reader.next(1)
                    #expect(await consumer.unsettled <= 4)
                }
                await consumer.settle(held.map(\.tag))
            }
            #expect(log.losses == [] && log.connections == 1)
            try await broker.expectEmpty(queue)
        }
    }

    @Test("CTR-B6 a full consumer stops, and what it had no room for goes back", .timeLimit(.minutes(1)))
    func stoppingFull() async throws {
        let broker = try TestBroker()
        try await broker.withQueue { queue in
            try await fill(queue, count: 12, body: [UInt8](repeating: 65, count: 300_000))
            try await withConsumer(broker.settings, queue: queue, mostBytes: 1_000_000) { consumer, reader in
                let held = try await reader.next(4)
                await consumer.stopConsuming()
                await #expect(throws: DeliveriesEnded.self) { try await reader.next() }
                await consumer.settle(held.map(\.tag))
            }
            try await eventually("eight messages and no consumer are left") {
                try await broker.depth(of: queue) == QueueDepth(messages: 8, consumers: 0)
            }
        }
    }

    @Test("cancelling the task of run ends the connection and the stream", .timeLimit(.minutes(1)))
    func cancellation() async throws {
        let broker = try TestBroker()
        try await broker.withQueue { queue in
            let log = EventLog()
            let consumer = Consumer(settings: broker.settings, queue: queue, prefetch: 1, onEvent: log.note)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await consumer.run() }
                try await eventually("connected") { log.connections == 1 }
                group.cancelAll()
                try await group.waitForAll()
            }
            for await _ in consumer.deliveries { Issue.record("nothing was published") }
        }
    }

    @Test("T13 the library's memory is released while messages stream", .timeLimit(.minutes(1)))
    func memory() async throws {
        let broker = try TestBroker()
        try await broker.withQueue { queue in
            let body = [UInt8](repeating: 1, count: 1 << 20)
            try await withPublisher(broker.settings) { publisher in
                try await withConsumer(broker.settings, queue: queue, prefetch: 4) { consumer, reader in
                    var before = 0
                    for round in 0..<24 {
                        let portion = Array(repeating: Message.to(queue, body: body), count: 8)
                        #expect(await publisher.publish(portion).allSatisfy { $0 == .confirmed })
                        for _ in 0..<8 { await consumer.settle(try await reader.next().map(\.tag)) }
                        if round == 3 { before = try residentMegabytes() }
                    }
                    #expect(try residentMegabytes() - before < 60)
                }
            }
        }
    }

    private func residentMegabytes() throws -> Int {
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("RssAnon") })
        return try #require(line.split(whereSeparator: { !$0.isNumber }).first.flatMap { Int($0) }) / 1024
    }
}
