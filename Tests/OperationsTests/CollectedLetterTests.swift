import RabbitMQ
import Testing
import Workers

@testable import Operations

@Suite struct CollectedLetterTests {
    private func delivery(
        _ body: String, exchange: String = "dead", type: String? = nil, headers: [String: HeaderValue] = [:]
    ) -> Delivery {
        Delivery(
            tag: DeliveryTag(epoch: 1, number: 1), isRedelivered: false, exchange: exchange, routingKey: "deal-events",
            properties: Properties(messageID: "m", type: type, headers: headers), body: Array(body.utf8))
    }

    private func finding(_ delivery: Delivery) throws -> CollectedFinding {
        guard case .message(let finding) = CollectedLetter(delivery, from: "deal-events") else { throw NoFinding() }
        return finding
    }

    private struct NoFinding: Error {}

    @Test(
        "H4 what the broker gave up tells where it came from and why",
        arguments: ["delivery_limit", "expired", "maxlen", "rejected", "something new"])
    func death(reason: String) throws {
        let record: HeaderValue = .table([
            "exchange": "deals", "queue": "deal-events", "reason": .string(reason), "count": 2,
            "routing-keys": .array(["salesforce.deal.updated.v1"]),
        ])
        let later: HeaderValue = .table(["exchange": "dead", "queue": "other", "reason": "expired", "count": 1])
        let found = try finding(delivery("{}", headers: ["x-death": .array([later, record])]))
        #expect(found.incidentClass == .undeliverable)
        #expect(found.origin["exchange"] == "deals")
        #expect(found.origin["routing_key"] == "salesforce.deal.updated.v1")
        #expect(found.story.contains(reason) && found.story.contains("2 times"))
    }

    @Test("a message without any record is unroutable by its exchange, or was put there by hand")
    func withoutRecord() throws {
        #expect(try finding(delivery("{}", exchange: "deals")).incidentClass == .unroutable)
        #expect(try finding(delivery("{}", exchange: "dead")).incidentClass == .unknown)
        #expect(try finding(delivery("{}", exchange: "")).incidentClass == .unknown)
    }

    @Test("a ticket is only a ticket if it says so and can be read; with a death record too")
    func tickets() {
        let body = #"{"handoff":"6f1c0a52-8d0e-4b8e-9c53-0f0a3c7d4e11"}"#
        #expect(CollectedLetter(delivery(body, type: "ticket"), from: "deal-events") == .ticket)
        let dead: [String: HeaderValue] = ["x-death": .array([.table(["reason": "delivery_limit"])])]
        #expect(CollectedLetter(delivery(body, type: "ticket", headers: dead), from: "deal-events") == .ticket)
        #expect(CollectedLetter(delivery(body), from: "deal-events") != .ticket)
        #expect(CollectedLetter(delivery("{}", type: "ticket"), from: "deal-events") != .ticket)
    }

    @Test("the cause is the workers' own, and the round is in it")
    func cause() throws {
        // printf 'm\0{}' | sha256sum
        let digest = "684825060b409c1ff72d1cab0f9a51aa483c67ed66b1d3aad423781f0663bdc6"
        let first = try finding(delivery("{}"))
        #expect(first.cause == "raw/deal-events/\(digest)/0")
        let second = try finding(delivery("{}", headers: ["baton-redrives": 1]))
        #expect(second.cause == "raw/deal-events/\(digest)/1")
        #expect(second.round == 1)
        #expect(try finding(delivery("{ }")).cause != first.cause)
        #expect(try finding(delivery("{}", headers: ["baton-redrives": -1])).round == 0)
    }

    @Test("texts that PostgreSQL cannot hold are made ones that it can")
    func zeroBytes() throws {
        let odd = Delivery(
            tag: DeliveryTag(epoch: 1, number: 1), isRedelivered: false, exchange: "deals", routingKey: "a\0b",
            properties: Properties(messageID: "m\0"), body: [0])
        let found = try finding(odd)
        #expect(!(found.story + found.correlationID + found.origin.values.joined()).utf8.contains(0))
        #expect(found.body == [0])
    }
}
