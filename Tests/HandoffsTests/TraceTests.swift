import Foundation
import RabbitMQ
import Support
import Testing

extension Fleets {
    @Suite(.serialized) struct TraceTests {
        private struct Inquiry: Decodable {
            struct Handoff: Decodable {
                struct Step: Decodable {
                    var step: String
                    var externalID: String?
                }
                var handoff: String
                var state: String
                var customer: String
                var steps: [Step]
            }
            var handoffs: [Handoff]
        }

        @Test(
            "B8 contract, opportunity, correlation, event and target id all lead to the same handoff with its ids",
            .timeLimit(.minutes(1)))
        func show() async throws {
            try await TestCompany.with { company in
                for (name, tax) in [("a", "DE1"), ("b", "DE2")] {
                    try await company.send(
                        TestDeals.event(
                            id: "event-\(name)", opportunity: "O-\(name)", contract: "CT-\(name)",
                            customer: "Acme \(name)", taxID: tax, correlationID: "corr-\(name)"))
                }
                try await company.finished(2)
                let made = try company.effects().filter { $0.correlationId == "corr-b" }
                let ids = Dictionary(made.map { ($0.verb, $0.id) }) { first, _ in first }
                let project = ids["create_project"] ?? "-"
                let schedule = ids["create_billing_schedule"] ?? "-"
                let handoff = try await company.value("SELECT id FROM handoffs WHERE contract = 'CT-b'")
                for key in ["CT-b", "O-b", "corr-b", "event-b", project, schedule, ids["create_customer"] ?? "-"] {
                    let answer = try await company.baton(["show", key, "--json"])
                    #expect(answer.status == 0, "\(key)")
                    let found = try JSONDecoder().decode(Inquiry.self, from: Data(answer.output.utf8)).handoffs
                    #expect(found.map(\.handoff) == [handoff], "\(key)")
                    #expect(found.first?.customer == "Acme b" && found.first?.state == "finished")
                    let steps = found.first?.steps ?? []
                    let known = Dictionary(steps.map { ($0.step, $0.externalID) }) { first, _ in first }
                    #expect(known["create-customer"] == ids["create_customer"])
                    #expect(known["create-project"] == project)
                    #expect(known["create-billing-schedule"] == schedule)
                }
                let text = try await company.baton(["show", project]).output
                #expect(text.contains("deal         O-b / CT-b / version 1") && text.contains(schedule))
                #expect(try await company.baton(["show", "CT-none"]).status == 3)
            }
        }

        @Test(
            "I7 every call has its intent in the journal before it is made and its outcome after it",
            .timeLimit(.minutes(2)))
        func intents() async throws {
            try await TestCompany.with { company in
                try await company.administer(
                    "PUT", "admin/faults",
                    """
                    [{"verb":"create_tasks","effect":"timeout_after","holdMs":200,"count":1},
                     {"verb":"activate_project","effect":"throttle","retryAfterS":1,"count":1}]
                    """)
                try await company.send(TestDeals.event(opportunity: "O-1"))
                try await company.finished(1, within: .seconds(110))
                let effects = try company.effects().filter { $0.verb != "write_handoff" }
                #expect(effects.count == oneDeal.count)
                for effect in effects {
                    let step = effect.verb.replacing("_", with: "-")
                    // A claimed thing is made under the claim's key, any other under its step's.
                    let claimed = "ERP/customer/de01|tax:de811907980"
                    let key = step == "create-customer" ? "'\(claimed)'" : "i.entry::jsonb ->> 'key'"
                    let framed = """
                        journal i JOIN journal o USING (handoff_id)
                        WHERE i.entry::jsonb @> '{"what":"intent","step":"\(step)"}'
                            AND o.entry::jsonb ->> 'what' IN ('done', 'found') AND o.entry::jsonb ->> 'step' = '\(step)'
                            AND encode(sha256(convert_to(\(key), 'UTF8')), 'hex') = '\(effect.key)'
                            AND lower(o.entry::jsonb ->> 'externalID') = lower('\(effect.id)')
                            AND i.seq < o.seq AND date_trunc('milliseconds', i.at) <= '\(effect.time)'::timestamptz
                            AND '\(effect.time)'::timestamptz <= o.at
                        """
                    #expect(try await company.count(framed) >= 1, "\(effect.verb)")
                }
                // One call, and of the two activations one was told to come back: each has an intent of its own.
                #expect(
                    try await company.value(
                        """
                        SELECT string_agg(step || ' ' || intents, ', ' ORDER BY step) FROM (
                            SELECT entry::jsonb ->> 'step' AS step, count(*) AS intents FROM journal
                            WHERE entry::jsonb ->> 'what' = 'intent' GROUP BY 1) i
                        """)
                        == "activate-project 2, announce-handoff 1, create-billing-schedule 1, create-customer 1, "
                        + "create-project 1, create-tasks 1")
                #expect(
                    try await company.value(
                        "SELECT entry::jsonb ->> 'step' FROM journal WHERE entry::jsonb ->> 'what' = 'found' LIMIT 1")
                        == "create-tasks")
                #expect(try await company.count("steps WHERE state <> 'done'") == 0)
            }
        }

        @Test(
            "I8 the first event's correlation id is in every message, row, log line and target call",
            .timeLimit(.minutes(1)))
        func correlation() async throws {
            try await TestCompany.with(workers: 0) { company in
                let answers = try await Mailbox.ofAnswers(at: company.broker)
                let mark = uniqueName("correlation")
                let event = try TestDeals.event(opportunity: "O-1", correlationID: mark)
                try await company.administer(
                    "PUT", "admin/faults",
                    #"[{"verb":"create_tasks","effect":"throttle","retryAfterS":1,"count":1}]"#)
                var fleet = try company.start(["deal-events"])
                await company.send(event)
                // Nobody works there yet: the tickets lie still.
                for queue in ["project-provisioning", "status-feedback"] {
                    let tickets = try await Mailbox(of: queue, at: company.broker).atLeast(1)
                    #expect(tickets.allSatisfy { $0.correlationID == mark && $0.type?.hasSuffix("ticket") == true })
                }
                // Taken out here, they count as lost and come again.
                #expect(await company.stop(fleet) == [0])
                fleet = try company.start(settings: ["BATON_TICKET_LEASE": "1s"])
                try await company.schema.database.script(
                    "UPDATE handoffs SET due_at = clock(now()); UPDATE mirrors SET due_at = clock(now())")
                await company.send(try TestDeals.event(opportunity: "O-1", total: 7, correlationID: mark))
                try await company.finished(1)
                let letters = try await answers.atLeast(3)
                #expect(try letters.map { try $0.answer().correlationid } == [mark, mark, mark])
                #expect(letters.map(\.correlationID) == [mark, mark, mark])
                let dead = try await Mailbox(of: "deal-events.dead", at: company.broker).atLeast(1)
                #expect(dead.map(\.correlationID) == [mark])
                for table in ["events", "handoffs", "incidents", "mirrors"] {
                    #expect(try await company.count(table) > 0)
                    #expect(try await company.count("\(table) WHERE correlation_id <> '\(mark)'") == 0, "\(table)")
                }
                let effects = try company.effects()
                #expect(effects.count > oneDeal.count)
                #expect(effects.allSatisfy { $0.correlationId == mark })
                let line = try company.workerLogs().split(separator: "\n").first { $0.contains("tried again later") }
                #expect(line?.contains(mark) == true)
                #expect(await company.stop(fleet) == [0, 0, 0, 0])
            }
        }
    }
}
