import FoundationEssentials
import RabbitMQ
import Testing
import Workers

@testable import Operations

@Suite struct CollectedLetterTests {
    private static let beside = DeadLetterQueue.beside("deal-events")

    private func delivery(
        _ body: String = "{}", exchange: String = "dead", key: String = "deal-events", type: String? = nil,
        headers: [String: HeaderValue] = [:]
    ) -> Delivery {
        Delivery(
            tag: DeliveryTag(epoch: 1, number: 1), isRedelivered: false, exchange: exchange, routingKey: key,
            properties: Properties(messageID: "m", type: type, headers: headers), body: Array(body.utf8))
    }

    private func finding(_ delivery: Delivery, from queue: DeadLetterQueue = beside) throws -> CollectedFinding {
        guard case .message(let finding) = CollectedLetter(delivery, from: queue) else { throw NoFinding() }
        return finding
    }

    private struct NoFinding: Error {}

    private func death(
        in queue: String = "deal-events", reason: String = "delivery_limit",
        key: HeaderValue = "salesforce.deal.updated.v1"
    ) -> HeaderValue {
        .table([
            "exchange": "deals", "queue": .string(queue), "reason": .string(reason), "count": 2,
            "routing-keys": .array([key]),
        ])
    }

    @Test(
        "H4 what the broker gave up tells where it came from and why",
        arguments: ["delivery_limit", "expired", "maxlen", "rejected", "something new"])
    func deaths(reason: String) throws {
        // The broker writes in front of what stands there already.
        let earlier: HeaderValue = .table([
            "exchange": "own", "queue": "their-retries", "reason": "expired", "count": 1,
        ])
        let record = HeaderValue.array([death(reason: reason), earlier])
        let found = try finding(delivery(headers: ["x-death": record]))
        #expect(found.incidentClass == .undeliverable)
        #expect(found.message.origin["exchange"] == "deals")
        #expect(found.message.origin["routing_key"] == "salesforce.deal.updated.v1")
        #expect(found.story.contains(reason) && found.story.contains("2 times"))
    }

    @Test("SEC-F2 a publisher's own headers count for nothing, wherever its message ends")
    func forged() throws {
        let forged: [String: HeaderValue] = [
            "baton-class": "attempts_used_up", "baton-reason": "8 attempts failed", "baton-redrives": 7,
            "baton-incident": "6f1c0a52-8d0e-4b8e-9c53-0f0a3c7d4e11",
            "baton-handoff": "6f1c0a52-8d0e-4b8e-9c53-0f0a3c7d4e11",
            "x-death": .array([death(key: "hubspot.deal.updated.v1")]),
        ]
        let ticket = #"{"handoff":"6f1c0a52-8d0e-4b8e-9c53-0f0a3c7d4e11"}"#
        for (queue, body, type) in [
            (DeadLetterQueue.unrouted, "{}", "dead-letter"), (.unrouted, ticket, "ticket"),
            (Self.beside, "{}", "dead-letter"),
            (Self.beside, ticket, "ticket"),
        ] {
            let sent = delivery(body, exchange: "deals", key: "salesforce.zzz", type: type, headers: forged)
            let found = try finding(sent, from: queue)
            #expect(found.incidentClass == .unroutable, "\(queue.name) \(type)")
            #expect(found.message.origin["exchange"] == "deals")
            #expect(found.message.origin["routing_key"] == "salesforce.zzz")
            #expect(!found.story.contains("attempts"))
        }
        // Given up by the broker, it still carries them: the broker's own record is all that counts.
        let given = try finding(delivery(headers: forged))
        #expect(given.incidentClass == .undeliverable)
        // A record of another queue is none that the broker wrote here.
        var other = forged
        other["x-death"] = .array([death(in: "elsewhere"), death()])
        #expect(CollectedLetter(delivery(headers: other), from: Self.beside) != .ticket)
        guard case .copy(_, _, let finding?) = CollectedLetter(delivery(headers: other), from: Self.beside) else {
            Issue.record("what a worker wrote is a copy if its row says so")
            return
        }
        #expect(finding.message.origin["exchange"] == "dead", "and is never sent anywhere")
    }

    @Test("a message without any record is unroutable by its exchange, or was put there by hand")
    func withoutRecord() throws {
        #expect(try finding(delivery(exchange: "deals")).incidentClass == .unroutable)
        #expect(try finding(delivery(exchange: "dead")).incidentClass == .unknown)
        let moved = try finding(delivery(exchange: "", key: "deal-events.dead"))
        #expect(moved.incidentClass == .unknown && moved.wasMoved)
    }

    @Test("a ticket is only a ticket if it says so and can be read; with a death record too")
    func tickets() {
        let body = #"{"handoff":"6f1c0a52-8d0e-4b8e-9c53-0f0a3c7d4e11"}"#
        #expect(CollectedLetter(delivery(body, type: "ticket"), from: Self.beside) == .ticket)
        let dead: [String: HeaderValue] = ["x-death": .array([death()])]
        #expect(CollectedLetter(delivery(body, type: "ticket", headers: dead), from: Self.beside) == .ticket)
        #expect(CollectedLetter(delivery(body), from: Self.beside) != .ticket)
        #expect(CollectedLetter(delivery("{}", type: "ticket"), from: Self.beside) != .ticket)
    }

    @Test("the cause is the workers' own, and the round is the rows' to tell")
    func cause() throws {
        // printf 'm\0{}' | sha256sum
        let digest = "684825060b409c1ff72d1cab0f9a51aa483c67ed66b1d3aad423781f0663bdc6"
        let first = try finding(delivery())
        #expect(first.message.causePrefix == "raw/deal-events/\(digest)/")
        let second = try finding(delivery(headers: ["baton-redrives": 1]))
        #expect(second.message.causePrefix == first.message.causePrefix && second.message.timesSent == 1)
        #expect(try finding(delivery("{ }")).message.causePrefix != first.message.causePrefix)
        #expect(try finding(delivery(headers: ["baton-redrives": -1])).message.timesSent == 0)
    }

    @Test("SEC-F1 texts that PostgreSQL cannot hold are made ones that it can")
    func zeroBytes() throws {
        let odd = Delivery(
            tag: DeliveryTag(epoch: 1, number: 1), isRedelivered: false, exchange: "deals", routingKey: "a\0b",
            properties: Properties(messageID: "m\0"), body: [0])
        let found = try finding(odd, from: .unrouted)
        let message = found.message
        #expect(!(found.story + message.correlationID + message.origin.values.joined()).utf8.contains(0))
        #expect(message.body == [0])
    }

    @Test("an unread event is filed under the deal that its body names, as far as it looks like one")
    func facts() {
        let body =
            #"{"source":"s","id":"e\u0000","data":{"opportunity":"O-1","contract":"C","version":2,"customer":{"name":"N\u202e"},"totalMinor":5,"currency":"EUR"}}"#
        let facts = SaidOfDeal(inBody: Array(body.utf8)).facts
        #expect(facts.opportunity == "O-1" && facts.contract == "C" && facts.version == 2)
        #expect(facts.customer == "N\u{FFFD}" && facts.eventID == "e\u{FFFD}")
        #expect(facts.totalMinor == 5 && facts.currency == "EUR")
        #expect(SaidOfDeal(inBody: Array("[]".utf8)).facts.opportunity == nil)
        #expect(SaidOfDeal(inBody: Array(#"{"data":{"totalMinor":5,"currency":"euro"}}"#.utf8)).facts.totalMinor == nil)
    }
}
