import Foundation
import Testing

@testable import RabbitMQ

@Suite(.serialized) struct PublisherTests {
    @Test("T12 each of many messages gets its own outcome: confirmed, returned or invalid", .timeLimit(.minutes(1)))
    func outcomes() async throws {
        let broker = try TestBroker()
        try await broker.withQueue(arguments: ["x-queue-type": "quorum"]) { queue in
            try await withPublisher(broker.settings, window: 100) { publisher async throws in
                let nowhere = "missing-\(UUID())"
                let messages = (0..<3000).map { index in
                    let target = index % 7 == 3 ? nowhere : queue
                    return index % 100 == 99
                        ? Message.to(String(repeating: "x", count: 256)) : Message.to(target, id: "m-\(index)")
                }
                let outcomes = await publisher.publish(messages)
                for (index, outcome) in outcomes.enumerated() {
                    switch outcome {
                    case .invalid: #expect(index % 100 == 99)
                    case .returned(let code, let text):
                        #expect(index % 7 == 3 && index % 100 != 99)
                        #expect(code == 312 && text == "NO_ROUTE")
                    default: #expect(outcome == .confirmed && index % 7 != 3)
                    }
                }
                #expect(try await publisher.depth(of: queue)?.messages == outcomes.count { $0 == .confirmed })
            }
        }
    }

    @Test("T12 concurrent calls share the window and all get their outcomes", .timeLimit(.minutes(1)))
    func concurrent() async throws {
        let broker = try TestBroker()
        try await broker.withQueue { queue in
            try await withPublisher(broker.settings, window: 10) { publisher in
                await withTaskGroup(of: [PublishOutcome].self) { group in
                    for _ in 0..<200 { group.addTask { await publisher.publish([.to(queue), .to(queue)]) } }
                    for await outcomes in group { #expect(outcomes == [.confirmed, .confirmed]) }
                }
            }
        }
    }

    @Test("T12 a full queue that rejects answers with nacked", .timeLimit(.minutes(1)))
    func nacked() async throws {
        let broker = try TestBroker()
        let arguments: [String: any Sendable] = ["x-max-length": 5, "x-overflow": "reject-publish"]
        try await broker.withQueue(arguments: arguments) { queue in
            try await withPublisher(broker.settings) { publisher in
                let outcomes = await publisher.publish((0..<20).map { _ in .to(queue) })
                #expect(outcomes.first == .confirmed)
                #expect(outcomes.last == .nacked)
            }
        }
    }

    @Test("T11 bodies that fill their last frame are not held back by the kernel", .timeLimit(.minutes(1)))
    func cork() async throws {
        let broker = try TestBroker()
        var settings = broker.settings
        settings.frameMax = 4096
        try await broker.withQueue { queue in
            try await withPublisher(settings) { publisher in
                #expect(await publisher.publish([.to(queue)]) == [.confirmed])
                let started = ContinuousClock.now
                for _ in 0..<10 {
                    let body = [UInt8](repeating: 7, count: 2 * 4088)
                    #expect(await publisher.publish([.to(queue, body: body)]) == [.confirmed])
                }
                #expect(ContinuousClock.now - started < .seconds(2), "each would be held back for 200 ms")
            }
        }
    }

    @Test(
        "headers up to the limit are sent, larger ones are refused before they cost the connection",
        .timeLimit(.minutes(1)))
    func headerLimit() async throws {
        let broker = try TestBroker()
        var settings = broker.settings
        settings.frameMax = 8192
        try await broker.withQueue { queue in
            let log = EventLog()
            try await withPublisher(settings, log: log) { publisher in
                var outcomes: [PublishOutcome] = []
                for length in [5000, 5308, 5400, 9000] {
                    var message = Message.to(queue, id: String(repeating: "i", count: 255))
                    message.properties.headers = ["text": .string(String(repeating: "x", count: length))]
                    outcomes += await publisher.publish([message])
                }
                #expect(outcomes.prefix(2) == [.confirmed, .confirmed])
                for outcome in outcomes.suffix(2) {
                    guard case .invalid = outcome else {
                        Issue.record("\(outcome)")
                        continue
                    }
                }
            }
            #expect(log.losses == [])
        }
    }

    @Test("passive checks answer for what is there and what is not, and publishing goes on", .timeLimit(.minutes(1)))
    func probes() async throws {
        let broker = try TestBroker()
        try await broker.withQueue { queue in
            let log = EventLog()
            try await withPublisher(broker.settings, log: log) { publisher async throws in
                async let published = publisher.publish((0..<500).map { _ in .to(queue) })
                let nowhere = "missing-\(UUID())"
                #expect(try await publisher.depth(of: nowhere) == nil)
                #expect(
                    try await publisher.missing(
                        queues: [nowhere, queue], exchanges: ["amq.topic", "no-\(nowhere)", "amq.direct"])
                        == ["queue \(nowhere)", "exchange no-\(nowhere)"])
                #expect(await published.allSatisfy { $0 == .confirmed })
                #expect(try await publisher.depth(of: queue) == QueueDepth(messages: 500, consumers: 0))
            }
            #expect(log.connections == 1)
            #expect(log.losses == [])
        }
    }

    @Test(
        "T3 a publish to a frozen broker never hangs: it is held back, and the silence is noticed",
        .timeLimit(.minutes(1)))
    func frozen() async throws {
        let broker = try TestBroker()
        try await broker.withQueue { queue in
            try await withProxy(broker) { proxy, through in
                var settings = through
                settings.heartbeat = .seconds(3)
                settings.stuckAfter = .seconds(60)
                settings.connectTimeout = .seconds(1)
                let log = EventLog()
                try await withPublisher(settings, patience: .milliseconds(300), log: log) { publisher in
                    #expect(await publisher.publish([.to(queue)]) == [.confirmed])
                    proxy.forward(toBroker: false, toClient: false)
                    var outcome = PublishOutcome.confirmed
                    try await eventually("the publish is held back") {
                        outcome = await publisher.publish([.to(queue)])[0]
                        guard case .unavailable = outcome else { return false }
                        return true
                    }
                    #expect(log.losses == [], "held back after one heartbeat, lost after two")
                    try await eventually("the silence is noticed") {
                        if case .silent = log.losses.first { true } else { false }
                    }
                    proxy.forward(toBroker: true, toClient: true)
                    try await eventually("publishing works again") {
                        await publisher.publish([.to(queue)]) == [.confirmed]
                    }
                }
            }
        }
    }

    @Test("T4 a broker that reads no more does not stop the publisher's thread", .timeLimit(.minutes(1)))
    func jammed() async throws {
        let broker = try TestBroker()
        try await broker.withQueue { queue in
            try await withProxy(broker) { proxy, through in
                var settings = through
                settings.stuckAfter = .seconds(60)
                try await withPublisher(settings, patience: .seconds(2)) { publisher in
                    #expect(await publisher.publish([.to(queue)]) == [.confirmed])
                    proxy.forward(toBroker: false, toClient: true)
                    let portion = Array(
                        repeating: Message.to(queue, body: [UInt8](repeating: 0, count: 8192)), count: 5000)
                    async let outcomes = publisher.publish(portion)
                    let asked = ContinuousClock.now
                    for _ in 0..<100 { #expect(await !publisher.isBlocked) }
                    #expect(ContinuousClock.now - asked < .seconds(1), "the thread answers while nothing can be sent")
                    guard case .unknown = await outcomes.first, case .unavailable = await outcomes.last else {
                        Issue.record("\(await outcomes.first as Any) \(await outcomes.last as Any)")
                        return
                    }
                    proxy.forward(toBroker: true, toClient: true)
                }
            }
        }
    }

    @Test("T4 the watchdog ends a send that hangs inside the library", .timeLimit(.minutes(1)))
    func stuck() async throws {
        let broker = try TestBroker()
        try await broker.withQueue { queue in
            try await withProxy(broker) { proxy, through in
                var settings = through
                settings.stuckAfter = .seconds(1)
                settings.heartbeat = .seconds(60)
                let log = EventLog()
                try await withPublisher(settings, patience: .seconds(40), log: log) { publisher in
                    #expect(await publisher.publish([.to(queue)]) == [.confirmed])
                    proxy.forward(toBroker: false, toClient: true)
                    let started = ContinuousClock.now
                    let huge = Message.to(queue, body: [UInt8](repeating: 0, count: 32 << 20))
                    let outcome = await publisher.publish([huge])[0]
                    guard case .unknown(.stuck) = outcome else {
                        Issue.record("\(outcome)")
                        return
                    }
                    #expect(ContinuousClock.now - started < .seconds(10))
                    proxy.forward(toBroker: true, toClient: true)
                    try await eventually("connected again") { log.connections == 2 }
                    #expect(await publisher.publish([.to(queue)]) == [.confirmed])
                }
            }
        }
    }

    @Test("T5 while the broker's alarm blocks publishing, messages wait", .timeLimit(.minutes(1)))
    func blocked() async throws {
        let broker = try TestBroker()
        try await broker.withQueue { queue in
            try await withProxy(broker) { proxy, settings in
                let log = EventLog()
                try await withPublisher(settings, patience: .seconds(1), log: log) { publisher in
                    #expect(await publisher.publish([.to(queue)]) == [.confirmed])
                    proxy.inject(Frame.blocked("low on memory"))
                    try await eventually("blocked") { await publisher.isBlocked }
                    let held = await publisher.publish([.to(queue)])
                    #expect(held == [.unavailable(reason: .blocked(reason: "low on memory"))])
                    proxy.inject(Frame.unblocked)
                    try await eventually("unblocked") { await !publisher.isBlocked }
                    #expect(await publisher.publish([.to(queue)]) == [.confirmed])
                }
                #expect(log.all.contains(.blocked(reason: "low on memory")) && log.all.contains(.unblocked))
            }
        }
    }

    @Test(
        "T14 what was sent on a lost connection is unknown; the next publish waits for the new one",
        .timeLimit(.minutes(1)))
    func lost() async throws {
        let broker = try TestBroker()
        try await broker.withQueue { queue in
            try await withProxy(broker) { proxy, settings in
                let log = EventLog()
                try await withPublisher(settings, log: log) { publisher in
                    #expect(await publisher.publish([.to(queue)]) == [.confirmed])
                    proxy.forward(toBroker: true, toClient: false)
                    async let pending = publisher.publish([.to(queue)])
                    try await eventually("it arrived") {
                        try await broker.depth(of: queue)?.messages == 2
                    }
                    proxy.cut()
                    proxy.forward(toBroker: true, toClient: true)
                    guard case .unknown = await pending[0] else {
                        Issue.record("\(await pending)")
                        return
                    }
                    #expect(await publisher.publish([.to(queue)]) == [.confirmed])
                }
                #expect(log.connections == 2)
            }
        }
    }

    @Test("T14 a broker that refuses is asked at most once a second", .timeLimit(.minutes(1)))
    func pacing() async throws {
        let broker = try TestBroker()
        try await withProxy(broker) { proxy, settings in
            proxy.refuse()
            try await withPublisher(settings, patience: .milliseconds(500)) { publisher in
                guard case .unavailable = await publisher.publish([.to("anywhere")])[0] else {
                    Issue.record("nothing can have been sent")
                    return
                }
                try await eventually("four attempts") { proxy.accepted.count >= 4 }
            }
            for (earlier, later) in zip(proxy.accepted, proxy.accepted.dropFirst()) {
                #expect(later - earlier > .milliseconds(900))
            }
        }
    }

    @Test("the second address is tried when the first does not answer", .timeLimit(.minutes(1)))
    func addresses() async throws {
        let broker = try TestBroker()
        try await broker.withQueue { queue in
            var settings = broker.settings
            settings.addresses.insert(BrokerAddress(host: "127.0.0.1", port: 1), at: 0)
            try await withPublisher(settings) { publisher in
                #expect(await publisher.publish([.to(queue)]) == [.confirmed])
            }
        }
    }

    @Test("a wrong password is refused with a reason and without the password", .timeLimit(.minutes(1)))
    func wrongPassword() async throws {
        let broker = try TestBroker()
        var settings = broker.settings
        settings.password = "hunter2"
        let log = EventLog()
        try await withPublisher(settings, log: log) { _ in
            try await eventually("refused") { !log.losses.isEmpty }
        }
        guard case .refused(_, 403, _) = log.losses.first else {
            Issue.record("\(log.losses)")
            return
        }
        #expect(!"\(log.losses)".contains("hunter2"))
    }

    @Test("after closing, nothing waits", .timeLimit(.minutes(1)))
    func closed() async throws {
        let publisher = Publisher(settings: try TestBroker().settings)
        await publisher.close()
        #expect(await publisher.publish([.to("q")]) == [.unavailable(reason: .closed)])
        await #expect(throws: RabbitMQError.closed) { try await publisher.depth(of: "q") }
    }
}
