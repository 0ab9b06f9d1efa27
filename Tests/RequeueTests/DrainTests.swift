import Foundation
import RabbitMQ
import Support
import Testing

/// What a program reads of a drained queue.
struct PrintedCollection: Decodable {
    var deadLetterQueue: String
    var messages: Int
    var opened: [String: Int]
    var copies: Int
    var tickets: Int
    var knownMessages: Int
}

@Suite struct DrainTests {
    private func drain(_ desk: SupportDesk, _ arguments: String...) async throws -> [String: PrintedCollection] {
        let printed = try await desk.requeue(["drain", "--json"] + arguments)
        #expect(printed.status == 0, "\(printed.words)")
        let found = try printed.decoded(as: [PrintedCollection].self)
        return Dictionary(found.map { ($0.deadLetterQueue, $0) }) { one, _ in one }
    }

    private func publish(_ message: Message, at desk: SupportDesk) async {
        let outcomes: [PublishOutcome] = await desk.publisher.publish([message])
        #expect(outcomes == [.confirmed])
    }

    /// A message that no queue takes, because its type is not bound.
    private func unroutable(_ body: String) -> Message {
        Message(
            exchange: "deals", routingKey: "salesforce.quote.v1",
            properties: Properties(contentType: "application/cloudevents+json", messageID: "m-1"),
            body: Array(body.utf8))
    }

    @Test("H4 what no queue takes becomes an incident with its origin, once", .timeLimit(.minutes(1)))
    func unroutableMessage() async throws {
        try await SupportDesk.with { desk in
            await publish(unroutable("{}"), at: desk)
            await publish(unroutable("{}"), at: desk)
            try await desk.depth(of: "deals.unrouted", reaches: 2)
            #expect(
                try await desk.requeue("list").words.contains("2 messages in deals.unrouted without an incident yet"))
            let first = try await drain(desk)
            #expect(first["deals.unrouted"]?.opened == ["unroutable": 1])
            #expect(first["deals.unrouted"]?.knownMessages == 1)
            #expect(
                try await desk.value(
                    """
                    SELECT concat_ws(' ', class, owner, state, blocking, headers ->> 'exchange',
                        headers ->> 'routing_key', headers ->> 'message_id', convert_from(body, 'UTF8')) FROM incidents
                    """) == "unroutable integration open f deals salesforce.quote.v1 m-1 {}")
            try await desk.depth(of: "deals.unrouted", reaches: 0)
            let second = try await drain(desk)
            #expect(second["deals.unrouted"]?.messages == 0)
            #expect(second.count == 5)
            #expect(try await desk.value("SELECT count(*) FROM incidents") == "1")
        }
    }

    @Test("H4 what the broker gives up after its delivery limit becomes an incident", .timeLimit(.minutes(2)))
    func deliveryLimit() async throws {
        try await SupportDesk.with { desk in
            let event = try TestDeals.event(opportunity: "O-1")
            await publish(
                Message(exchange: "deals", routingKey: "salesforce.deal.updated.v1", body: event), at: desk)
            try await desk.depth(of: "deal-events", reaches: 1)
            // The queue's limit is 100 returns; the one after it is the last.
            for _ in 0...100 { try await desk.giveBackFirst(in: "deal-events") }
            try await desk.depth(of: "deal-events.dead", reaches: 1)
            #expect(try await drain(desk)["deal-events.dead"]?.opened == ["undeliverable": 1])
            #expect(
                try await desk.value(
                    """
                    SELECT concat_ws(' ', class, owner, headers ->> 'exchange', headers ->> 'routing_key',
                        story LIKE '%delivery_limit%') FROM incidents
                    """) == "undeliverable support deals salesforce.deal.updated.v1 t")
            let stored = try await desk.value("SELECT encode(body, 'base64') FROM incidents")
            #expect(stored?.replacing("\n", with: "") == Data(event).base64EncodedString())
        }
    }

    @Test("H4 copies of incidents and tickets are taken out and open nothing", .timeLimit(.minutes(1)))
    func copiesAndTickets() async throws {
        try await SupportDesk.with { desk in
            let deal = try await desk.park()
            let ticket = Array(#"{"handoff":"\#(deal.handoff)"}"#.utf8)
            let copy = Message(
                exchange: "dead", routingKey: "project-provisioning",
                properties: Properties(
                    type: "dead-letter",
                    headers: ["baton-incident": .string(deal.incident), "baton-handoff": .string(deal.handoff)]),
                body: ticket)
            let plain = Message(
                exchange: "dead", routingKey: "project-provisioning", properties: Properties(type: "ticket"),
                body: ticket)
            await publish(copy, at: desk)
            await publish(plain, at: desk)
            let lost = Message(
                exchange: "dead", routingKey: "project-provisioning",
                properties: Properties(
                    headers: [
                        "baton-incident": "aaaaaaaa-0000-0000-0000-000000000000", "baton-class": "not_json",
                        "baton-reason": "it is no JSON",
                    ]), body: Array("<deal/>".utf8))
            await publish(lost, at: desk)
            try await desk.depth(of: "project-provisioning.dead", reaches: 3)
            let found = try await drain(desk, "--queue", "project-provisioning")
            #expect(found.count == 1)
            let collection = try #require(found["project-provisioning.dead"])
            #expect(collection.messages == 3)
            #expect(collection.copies == 1)
            #expect(collection.tickets == 1)
            #expect(collection.opened == ["not_json": 1], "a copy whose row is gone is not lost")
            #expect(
                try await desk.value("SELECT story FROM incidents WHERE id = 'aaaaaaaa-0000-0000-0000-000000000000'")
                    == "it is no JSON")
        }
    }

    @Test("H4 a limit leaves the rest in the queue, and two at once lose and double nothing", .timeLimit(.minutes(1)))
    func twoAtOnce() async throws {
        try await SupportDesk.with { desk in
            let bodies = (1...60).map { "message \($0)" } + [String(repeating: "x", count: 2 << 20)]
            for body in bodies { await publish(unroutable(body), at: desk) }
            try await desk.depth(of: "deals.unrouted", reaches: bodies.count)
            #expect(try await drain(desk, "--limit", "5")["deals.unrouted"]?.messages == 5)
            try await desk.depth(of: "deals.unrouted", reaches: bodies.count - 5)
            async let one = drain(desk)
            async let other = drain(desk)
            _ = try await (one, other)
            try await desk.depth(of: "deals.unrouted", reaches: 0)
            _ = try await drain(desk)
            #expect(
                try await desk.value("SELECT concat(count(*), ' ', count(DISTINCT cause)) FROM incidents")
                    == "\(bodies.count) \(bodies.count)")
            #expect(try await desk.value("SELECT max(octet_length(body)) FROM incidents") == "\(2 << 20)")
        }
    }

    @Test(
        "M6 a message goes back to its queue as it was, and is resolved once its event is known",
        .timeLimit(.minutes(1)))
    func rawRound() async throws {
        try await SupportDesk.with { desk in
            await publish(unroutable(#"{"source":"salesforce","id":"e-1"}"#), at: desk)
            try await desk.depth(of: "deals.unrouted", reaches: 1)
            _ = try await drain(desk)
            let id = try #require(try await desk.value("SELECT id FROM incidents"))
            try await desk.schema.database.script(
                """
                INSERT INTO incident_classes VALUES
                    ('unroutable', 'integration', 'w', 'w', 'f', 'Bind the type first.', 'never')
                """)
            let refused = try await desk.requeue("send", id, "--yes")
            #expect(refused.status == 4)
            #expect(refused.output.contains("Bind the type first.") && refused.output.contains("--even-so"))
            #expect(try await desk.requeue("send", id, "--yes", "--even-so").status == 0)

            // Nothing was bound, so it ends where it was, as the second round of the same case.
            try await desk.depth(of: "deals.unrouted", reaches: 1)
            #expect(try await drain(desk)["deals.unrouted"]?.opened == ["unroutable": 1])
            let closed = try await desk.requeue("list", "--state", "closed", "--json")
            #expect(try closed.decoded(as: [ListedIncident].self).map(\.status) == ["reopened (round 2)"])
            #expect(try await desk.value("SELECT count(DISTINCT case_id) FROM incidents") == "1")

            try await desk.schema.database.script(
                "UPDATE incidents SET headers = headers || '{\"routing_key\":\"salesforce.deal.updated.v1\"}'")
            let open = try await desk.requeue("list", "--json").decoded(as: [ListedIncident].self)
            #expect(open.map(\.round) == [2])
            #expect(try await desk.requeue("send", open[0].incident, "--yes", "--even-so").status == 0)
            try await desk.depth(of: "deal-events", reaches: 1)
            let letter = try #require(try await desk.letters(in: "deal-events").first)
            #expect(letter.exchange == "deals" && letter.messageID == "m-1")
            #expect(String(decoding: letter.body, as: UTF8.self) == #"{"source":"salesforce","id":"e-1"}"#)
            #expect(letter.headers["baton-redrives"] == "2")
            #expect(!letter.headers.keys.contains { $0.hasPrefix("x-death") })
            let sent = try await desk.requeue("list", "--state", "sent", "--json")
            #expect(try sent.decoded(as: [ListedIncident].self).map(\.status) == ["sent, not yet tried"])
            try await desk.schema.database.script(
                """
                INSERT INTO events (source, event_id, content_hash, outcome, correlation_id, received_at)
                VALUES ('salesforce', 'e-1', 'h', 'accepted', 'c', now())
                """)
            #expect(
                try await desk.requeue("list", "--state", "closed", "--json").decoded(as: [ListedIncident].self)
                    .map(\.status) == ["reopened (round 2)", "resolved"])
        }
    }

    @Test(
        "a message that the broker does not confirm stays being sent, and a drain finishes it", .timeLimit(.minutes(1)))
    func unconfirmed() async throws {
        try await SupportDesk.with { desk in
            await publish(unroutable("{}"), at: desk)
            try await desk.depth(of: "deals.unrouted", reaches: 1)
            _ = try await drain(desk)
            let id = try #require(try await desk.value("SELECT id FROM incidents"))
            let lost = try await desk.requeue("send", id, "--yes", broker: "amqp://guest:guest@127.0.0.1:9/%2F")
            #expect(lost.status == 1)
            #expect(lost.output.contains("unconfirmed: not confirmed by the broker"))
            #expect(try await desk.value("SELECT concat(state, due_at IS NOT NULL) FROM incidents") == "sendingt")
            #expect(try await desk.requeue("hold", id, "--reason", "r", "--yes").status == 4)
            let finished = try await desk.requeue("drain")
            #expect(finished.words.contains("not confirmed, and that are sent now: 1"))
            try await desk.depth(of: "deals.unrouted", reaches: 0)
            #expect(
                try await desk.value("SELECT string_agg(state, ',' ORDER BY round) FROM incidents") == "closed,open")
            let again = try await desk.requeue("send", id, "--yes")
            #expect(again.status == 0, "the id leads to the round that came back: \(again.output)")
            #expect(
                try await desk.value("SELECT string_agg(state, ',' ORDER BY round) FROM incidents") == "closed,closed")
        }
    }
}
