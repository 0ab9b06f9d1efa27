import Foundation
import RabbitMQ
import Support
import Testing

extension Fleets {
    @Suite(.serialized) struct IntakeTests {
        @Test(
            "A1 stages that start a handoff are set by source; any other event is acknowledged and recorded as ignored",
            .timeLimit(.minutes(1)))
        func triggerStages() async throws {
            try await TestCompany.with(workers: 0) { company in
                let fleet = try company.start(settings: ["BATON_TRIGGER_STAGES": "salesforce=Commit"])
                let events = [
                    ("salesforce", try TestDeals.event(opportunity: "O-commit", stage: "Commit")),
                    ("salesforce", try TestDeals.event(id: "won", opportunity: "O-won", stage: "Closed Won")),
                    (
                        "hubspot",
                        try TestDeals.event(opportunity: "O-other", stage: "Closed Won") { $0["source"] = "hubspot" }
                    ),
                ]
                for (source, event) in events { await company.send(event, source: source) }
                try await company.finished(2)
                try await eventually("the third is recorded") { try await company.count("events") == 3 }
                #expect(
                    try await company.value("SELECT string_agg(opportunity, ' ' ORDER BY opportunity) FROM handoffs")
                        == "O-commit O-other")
                #expect(
                    try await company.value("SELECT outcome || ': ' || reason FROM events WHERE event_id = 'won'")
                        == "ignored: the stage starts no handoff for source salesforce")
                #expect(try company.made()["create_project"] == 2)
                #expect(await company.stop(fleet) == [0, 0, 0, 0])
                #expect(try await company.depths()["deal-events"] == 0)
                #expect(try await company.publisher.depth(of: "deal-events.dead")?.messages == 0)
            }
        }

        @Test(
            "A3 clients that know the schema alone, amqp-publish and pika, have their deals accepted",
            .timeLimit(.minutes(1)))
        func plainClients() async throws {
            try await TestCompany.with { company in
                let answers = try await Mailbox.ofAnswers(at: company.broker)
                let examples = repositoryRoot + "/Queues/deal-events/examples/"
                let first = try String(contentsOfFile: examples + "fixed-fee-eur.json", encoding: .utf8)
                try await run(
                    "/usr/bin/amqp-publish",
                    ["--url=\(company.broker.url)", "-e", "deals", "-r", "salesforce.deal.updated.v1", "-b", first])
                try await run(
                    "/usr/bin/python3",
                    [
                        "-c", Self.pikaClient, company.broker.url, examples + "milestones-usd.json",
                        repositoryRoot + "/Queues/deal-events/schemas/deal.updated.v1.json",
                    ])
                let dispositions = try await answers.dispositions(2)
                #expect(dispositions.map(\.data.outcome) == ["accepted", "accepted"])
                #expect(Set(dispositions.compactMap(\.data.handoff)).count == 2)
                try await company.finished(2)
                #expect(try company.made()["create_project"] == 2)
            }
        }

        @Test(
            "A15 a deal without approval, approver, time of approval or delivery owner is refused, nothing is made",
            .timeLimit(.minutes(1)))
        func notApproved() async throws {
            try await TestCompany.with { company in
                let answers = try await Mailbox.ofAnswers(at: company.broker)
                let missing = ["status", "approver", "approvedAt"]
                for field in missing {
                    let event = try TestDeals.event(opportunity: "O-\(field)") { event in
                        Self.change(&event) { data in
                            var approval = data["approval"] as? [String: Any] ?? [:]
                            approval[field] = nil
                            data["approval"] = approval
                        }
                    }
                    await company.send(event)
                }
                let ownerless = try TestDeals.event(opportunity: "O-owner") { event in
                    Self.change(&event) { $0["deliveryOwner"] = nil }
                }
                await company.send(ownerless)
                let refused = try await answers.dispositions(4)
                #expect(refused.map(\.data.outcome) == Array(repeating: "rejected", count: 4))
                #expect(refused.map(\.data.incidentClass) == Array(repeating: "not_approved", count: 4))
                let paths = refused.map { ($0.data.findings ?? []).map(\.path) }
                #expect(Set(paths) == Set(missing.map { ["$.data.approval.\($0)"] } + [["$.data.deliveryOwner"]]))
                #expect(refused.flatMap { $0.data.findings ?? [] }.allSatisfy { $0.owner == "sales_operations" })
                // One that is approved ends behind them: what they were to do would have been done by then.
                try await company.send(TestDeals.event(opportunity: "O-good", correlationID: "good"))
                try await company.finished(1)
                let correlations = Set(try company.effectsBesideStatus().map(\.correlationId))
                #expect(correlations == ["good"])
                #expect(try await company.count("handoffs") == 1)
                #expect(try await company.count("incidents WHERE class = 'not_approved' AND state = 'open'") == 4)
            }
        }

        @Test("A16 a field outside of the contract is in no row, log line, answer or target", .timeLimit(.minutes(1)))
        func canary() async throws {
            try await TestCompany.with(settings: ["BATON_LOG_LEVEL": "trace"]) { company in
                let answers = try await Mailbox.ofAnswers(at: company.broker)
                let canary = uniqueName("canary")
                for total in [100_000, 200_000] {
                    let event = try TestDeals.event(opportunity: "O-1", total: total) { event in
                        event["salesnotes"] = canary
                        Self.change(&event) { data in
                            data["activityHistory"] = [["call": canary]]
                            var customer = data["customer"] as? [String: Any] ?? [:]
                            customer["nickname"] = canary
                            data["customer"] = customer
                            var lines = data["lines"] as? [[String: Any]] ?? []
                            lines[0]["discountStory"] = canary
                            data["lines"] = lines
                        }
                    }
                    await company.send(event)
                }
                let letters = try await answers.atLeast(3)
                let outcomes = Set(try letters.compactMap { try $0.answer().data.outcome })
                #expect(outcomes == ["accepted", "conflict"])
                try await company.finished(1)
                #expect(try await Self.tables(holding: canary, in: company) == [])
                #expect(try await Self.tables(holding: "implementation", in: company).contains("deals"))
                let texts =
                    try letters.map { String(decoding: $0.body, as: UTF8.self) } + [
                        company.workerLogs(), String(contentsOfFile: company.effectsFile, encoding: .utf8),
                    ]
                #expect(texts.allSatisfy { !$0.contains(canary) })
            }
        }

        private static let pikaClient = """
            import json, sys, jsonschema, pika
            event = json.load(open(sys.argv[2]))
            jsonschema.validate(event, json.load(open(sys.argv[3])))
            channel = pika.BlockingConnection(pika.URLParameters(sys.argv[1])).channel()
            channel.confirm_delivery()
            channel.basic_publish("deals", event["source"] + "." + event["type"], json.dumps(event), mandatory=True)
            """

        private static func change(_ event: inout [String: Any], _ body: (inout [String: Any]) -> Void) {
            var data = event["data"] as? [String: Any] ?? [:]
            body(&data)
            event["data"] = data
        }

        /// The tables in any of whose columns `text` stands, as text or as bytes.
        private static func tables(holding text: String, in company: TestCompany) async throws -> [String] {
            let names = try await company.value(
                "SELECT string_agg(tablename, ' ') FROM pg_tables WHERE schemaname = '\(company.schema.name)'")
            let hex = text.utf8.map { String($0, radix: 16) }.joined()
            var found: [String] = []
            for table in (names ?? "").split(separator: " ").map(String.init) {
                let holding = try await company.count("\(table) t WHERE t::text ILIKE ANY ('{%\(text)%,%\(hex)%}')")
                if holding != 0 { found.append(table) }
            }
            return found
        }
    }
}
