import Foundation
import RabbitMQ
import Support
import Testing

extension Fleets {
    @Suite(.serialized) struct OnceTests {
        @Test("C1 a known customer is written again only when its data changed, and then once", .timeLimit(.minutes(1)))
        func customer() async throws {
            try await TestCompany.with { company in
                try await company.send(TestDeals.event(opportunity: "O-1"))
                try await company.finished(1)
                try await company.send(TestDeals.event(opportunity: "O-2", total: 5_000))
                try await company.finished(2)
                #expect(try company.made()["create_customer"] == 1)
                #expect(try company.made()["update_customer"] == nil)
                for opportunity in ["O-3", "O-4"] {
                    let changed = try TestDeals.event(opportunity: opportunity) { event in
                        var data = event["data"] as? [String: Any] ?? [:]
                        var customer = data["customer"] as? [String: Any] ?? [:]
                        customer["email"] = "new@acme.example"
                        data["customer"] = customer
                        event["data"] = data
                    }
                    await company.send(changed)
                    try await company.finished(opportunity == "O-3" ? 3 : 4)
                }
                #expect(try company.made()["create_customer"] == 1)
                #expect(try company.made()["update_customer"] == 1)
                let customers = Set(try company.effects().filter { $0.verb.hasSuffix("_customer") }.map(\.id))
                #expect(customers.count == 1)
                #expect(try await company.count("claims") == 1)
            }
        }

        @Test("C2 one project is there after copies, refusals and answers that were lost", .timeLimit(.minutes(2)))
        func project() async throws {
            try await TestCompany.with(workers: 2) { company in
                try await company.administer(
                    "PUT", "admin/faults",
                    """
                    [{"verb":"find_projects","effect":"error","count":1},
                     {"verb":"create_project","effect":"error","count":1},
                     {"verb":"create_project","effect":"timeout_after","holdMs":200,"count":1}]
                    """)
                let event = try TestDeals.event(opportunity: "O-1")
                for _ in 0..<5 { await company.send(event) }
                try await company.send(TestDeals.event(opportunity: "O-1"))
                try await company.finished(1, within: .seconds(110))
                #expect(try company.made() == oneDeal)
                // The lost answer's project is the one that everybody was told.
                let project = try company.effects().first { $0.verb == "create_project" }?.id
                #expect(
                    try await company.value("SELECT external_id FROM steps WHERE name = 'create-project'") == project)
                #expect(
                    try await company.count(
                        "journal WHERE entry::jsonb @> '{\"what\":\"found\",\"step\":\"create-project\"}'") == 1)
            }
        }

        @Test(
            "H1 a hundred copies to eight workers at once are one handoff, one set of records and 99 duplicates",
            .timeLimit(.minutes(1)))
        func copies() async throws {
            try await TestCompany.with(workers: 0) { company in
                let answers = try await Mailbox.ofAnswers(at: company.broker)
                let workers =
                    try company.start(["deal-events"], count: 8)
                    + company.start(Array(TestCompany.queues.dropFirst()))
                try await eventually("eight workers consume") {
                    try await company.publisher.depth(of: "deal-events")?.consumers == 8
                }
                let event = try TestDeals.event(opportunity: "O-1")
                let message = Message(
                    exchange: "deals", routingKey: "salesforce.deal.updated.v1", body: event)
                let outcomes = await company.publisher.publish(Array(repeating: message, count: 100))
                #expect(outcomes == Array(repeating: .confirmed, count: 100))
                let dispositions = try await answers.dispositions(100)
                #expect(dispositions.count { $0.data.outcome == "accepted" } == 1)
                #expect(dispositions.count { $0.data.outcome == "duplicate" } == 99)
                try await company.finished(1)
                #expect(try await company.count("handoffs") == 1)
                #expect(try await company.value("SELECT outcome || ' ' || copies FROM events") == "accepted 99")
                #expect(try company.made() == oneDeal)
                #expect(await company.stop(workers).allSatisfy { $0 == 0 })
                #expect(try await company.depths() == Self.allEmpty)
            }
        }

        @Test(
            "H1 fifty deals of one new customer over sixteen workers make one customer and fifty projects",
            .timeLimit(.minutes(2)))
        func oneCustomer() async throws {
            try await TestCompany.with(workers: 4) { company in
                let messages = try (1...50).map { number in
                    Message(
                        exchange: "deals", routingKey: "salesforce.deal.updated.v1",
                        body: try TestDeals.event(opportunity: "O-\(number)", contract: "CT-\(number)"))
                }
                #expect(await company.publisher.publish(messages).allSatisfy { $0 == .confirmed })
                try await company.finished(50, within: .seconds(110))
                var expected = oneDeal.mapValues { _ in 50 }
                expected["create_customer"] = 1
                #expect(try company.made() == expected)
                let everyEffect = try company.effects().filter { $0.verb != "write_handoff" }.map { $0.verb + $0.key }
                #expect(Set(everyEffect).count == everyEffect.count)
                #expect(
                    try await company.count("(SELECT DISTINCT external_id FROM steps WHERE name = 'create-customer') c")
                        == 1)
            }
        }

        @Test("H2 every message of a finished handoff, sent again, changes nothing outside", .timeLimit(.minutes(1)))
        func replay() async throws {
            try await TestCompany.with(workers: 0) { company in
                let fleet = try company.start()
                let answers = try await Mailbox.ofAnswers(at: company.broker)
                let event = try TestDeals.event(opportunity: "O-1")
                await company.send(event)
                try await company.finished(1)
                let before = try company.effects().map { [$0.verb, $0.key, $0.id] }
                let entries = try await company.count("journal")
                let id = try await company.value("SELECT id FROM handoffs") ?? ""
                let mirror = #"{"mirror":{"opportunity":"O-1","target":"CRM","object":"handoff"}}"#
                func ticket(_ type: String, _ body: String, for queue: String) -> Message {
                    Message(
                        exchange: "work", routingKey: queue, properties: Properties(type: type), body: Array(body.utf8))
                }
                var messages = TestCompany.queues.map { ticket("ticket", "{\"handoff\":\"\(id)\"}", for: $0) }
                messages.append(ticket("mirror-ticket", mirror, for: "status-feedback"))
                await company.send(event)
                #expect(await company.publisher.publish(messages).allSatisfy { $0 == .confirmed })
                #expect(try await answers.dispositions(2).map(\.data.outcome) == ["accepted", "duplicate"])
                try await eventually("every message is taken") { try await company.depths() == Self.allEmpty }
                #expect(await company.stop(fleet) == [0, 0, 0, 0])
                #expect(try await company.depths() == Self.allEmpty)
                let after = try company.effects().map { [$0.verb, $0.key, $0.id] }
                #expect(after == before)
                #expect(try await company.count("journal") == entries)
                #expect(try await answers.all().count { $0.type == "handoff.ready.v1" } == 1)
                #expect(
                    try await company.value("SELECT state || ' ' || (SELECT copies FROM events) FROM handoffs")
                        == "finished 1")
            }
        }

        @Test(
            "H12 a worker killed between commit and publish loses nothing and doubles nothing", .timeLimit(.minutes(1)))
        func killedBeforePublish() async throws {
            try await TestCompany.with(workers: 0) { company in
                let lease = ["BATON_TICKET_LEASE": "1s"]
                let answers = try await Mailbox.ofAnswers(at: company.broker)
                let doomed = try company.startWorker(
                    "deal-events",
                    settings: lease.merging(["BATON_CRASH_AT": "commit-before-publish:1"]) { $1 })
                try await company.send(TestDeals.event(opportunity: "O-1"))
                await doomed.waitForExit()
                #expect(doomed.wasKilled)
                #expect(
                    try await company.value("SELECT state || ' in ' || queue FROM handoffs") == "ready in deal-events")
                #expect(try await answers.all().isEmpty)
                // The row is there, its message is not: the delivery alone is back in its queue.
                try await eventually("the delivery is back") { try await company.depths()["deal-events"] == 1 }
                let fleet = try company.start(settings: lease)
                try await company.finished(1)
                #expect(try company.made() == oneDeal)
                #expect(try await company.count("handoffs") == 1)
                // Its publisher still gets the answer that it missed.
                #expect(try await answers.dispositions(1).map(\.data.outcome) == ["accepted"])
                #expect(await company.stop(fleet) == [0, 0, 0, 0])
                #expect(try await company.depths() == Self.allEmpty)
            }
        }

        private static let allEmpty = Dictionary(uniqueKeysWithValues: TestCompany.queues.map { ($0, 0) })
    }
}
