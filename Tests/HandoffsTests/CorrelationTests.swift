import Foundation
import RabbitMQ
import Support
import Testing

extension Fleets {
    @Suite(.serialized) struct CorrelationTests {
        @Test(
            "I8 accepted, rejected, cancelled, parked and requeued: each row, line, header and call names its event's id",
            .timeLimit(.minutes(2)))
        func everything() async throws {
            try await TestCompany.with(workers: 0) { company in
                let answers = try await Mailbox.ofAnswers(at: company.broker)
                try await company.faults(
                    #"""
                    [{"verb":"create_project","match":"CT-parked","effect":"refuse","code":"tax_unknown","text":"no code","count":1}]
                    """#)
                let fleet = try company.start()
                for name in ["accepted", "cancelled", "parked"] {
                    try await company.send(
                        TestDeals.event(
                            opportunity: "O-\(name)", contract: "CT-\(name)", taxID: "DE-\(name)",
                            correlationID: "corr-\(name)"))
                }
                try await company.send(
                    TestDeals.event(
                        opportunity: "O-rejected", contract: "CT-rejected", correlationID: "corr-rejected"
                    ) { event in
                        var data = event["data"] as? [String: Any] ?? [:]
                        data["totalMinor"] = 1
                        event["data"] = data
                    })
                // Bytes that say nothing, in a message that says nothing: what follows it is the incident's own.
                await company.send(Array("no event".utf8))
                try await eventually("it is parked") {
                    try await company.count("incidents WHERE class = 'tax_unknown' AND state = 'open'") == 1
                }
                let sent = try await company.requeue(
                    ["send", "--all-matching", "--class", "tax_unknown", "--reason", "it is there", "--yes"])
                #expect(sent.status == 0, "\(sent.output)")
                try await company.finished(3)
                try await company.cancel("O-cancelled", contract: "CT-cancelled", version: 2)
                try await eventually("it waits") {
                    try await company.count("handoffs WHERE cause LIKE 'approval:%'") == 1
                }
                let waiting = try await company.value("SELECT id FROM handoffs WHERE cause LIKE 'approval:%'") ?? ""
                #expect(try await company.baton(["approve", waiting, "--reason", "agreed"]).status == 0)
                try await eventually("it is taken back", within: .seconds(60)) {
                    try await company.count("handoffs WHERE state = 'compensated'") == 1
                }
                try await eventually("the CRM knows", within: .seconds(30)) {
                    try await company.count("mirrors WHERE due_at IS NOT NULL") == 0
                }
                #expect(await company.stop(fleet) == [0, 0, 0, 0])

                // A cancellation that says nothing goes by its own event's id; a known opportunity's status by its last.
                let event = try await company.value("SELECT correlation_id FROM handoffs WHERE kind = 'cancel'") ?? ""
                let nothing =
                    try await company.value(
                        "SELECT correlation_id FROM incidents WHERE class = 'not_json'") ?? ""
                let expected = Set(
                    ["corr-accepted", "corr-cancelled", "corr-parked", "corr-rejected", event, nothing])
                #expect(expected.count == 6 && expected.allSatisfy { $0.utf8.count > 1 })
                try await Self.checkRows(of: company, expected)
                try await Self.checkMessages(of: company, answers, expected)
                try Self.checkLogs(of: company, expected)
                let effects = try company.effects()
                #expect(effects.count > 3 * oneDeal.count)
                #expect(Set(effects.map(\.correlationId)).isSubset(of: expected))
            }
        }

        /// Each row is of its own deal: the id it has, or the handoff's or incident's that it names.
        private static func checkRows(of company: TestCompany, _ expected: Set<String>) async throws {
            let known = expected.map { "'\($0)'" }.joined(separator: ", ")
            let tables = try await company.value(
                """
                SELECT string_agg(c.relname, ' ' ORDER BY c.relname) FROM pg_class c
                JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'correlation_id'
                WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r'
                """)
            let found = (tables ?? "").split(separator: " ").map(String.init)
            #expect(Set(found).isSuperset(of: ["acts", "events", "handoffs", "incidents", "mirrors", "signatures"]))
            for table in found {
                #expect(
                    try await company.count("\(table) WHERE correlation_id IS NULL OR correlation_id NOT IN (\(known))")
                        == 0, "\(table)")
            }
            for table in ["events", "handoffs", "incidents", "mirrors", "acts"] {
                #expect(try await company.count(table) > 0, "\(table)")
            }
            // What names a handoff or an incident goes by the same id as that.
            for (row, of) in [
                ("incidents r JOIN handoffs o ON o.id = r.handoff_id", "o"),
                ("acts r JOIN handoffs o ON o.id = r.handoff_id", "o"),
                ("acts r JOIN incidents o ON o.id = r.incident_id", "o"),
                ("events r JOIN handoffs o ON o.id = r.handoff_id AND r.outcome = 'accepted'", "o"),
            ] {
                #expect(
                    try await company.count("\(row) WHERE r.correlation_id <> \(of).correlation_id") == 0, "\(row)")
            }
            #expect(
                try await company.count("journal j LEFT JOIN handoffs h ON h.id = j.handoff_id WHERE h.id IS NULL") == 0
            )
        }

        private static func checkMessages(
            of company: TestCompany, _ answers: Mailbox, _ expected: Set<String>
        ) async throws {
            let letters = try await answers.atLeast(7)
            #expect(letters.allSatisfy { expected.contains($0.correlationID ?? "-") })
            #expect(try letters.allSatisfy { try $0.answer().correlationid == $0.correlationID })
            for queue in ["deal-events", "project-provisioning"] {
                let copies = try await Mailbox(of: queue + ".dead", at: company.broker).atLeast(1)
                #expect(copies.allSatisfy { expected.contains($0.correlationID ?? "-") }, "\(queue)")
            }
        }

        /// A line that names a handoff, an incident, a step or a status concerns a deal.
        private static func checkLogs(of company: TestCompany, _ expected: Set<String>) throws {
            let concerning: Set = ["handoff", "incident", "step", "opportunity", "class"]
            var count = 0
            for text in try company.workerLogs().split(separator: "\n") {
                guard let line = try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any],
                    !concerning.isDisjoint(with: line.keys)
                else { continue }
                count += 1
                #expect(expected.contains(line["correlation"] as? String ?? "-"), "\(text)")
            }
            #expect(count >= 3)
        }
    }
}
