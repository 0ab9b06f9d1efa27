import Fleet
import Foundation
import PostgreSQL
import Support
import Testing

extension Fleets {
    /// What the version before left behind: made by its own programs, with `Deploy/local/upgrade BEFORE --dump`. Never edited.
    @Suite(.serialized) struct UpgradeTests {
        private static let before = repositoryRoot + "/Tests/HandoffsTests/Before"

        @Test(
            "I12 handoffs in every state, stored by the version before, are carried to their end by this one",
            .timeLimit(.minutes(2)))
        func upgrade() async throws {
            try await TestCompany.with(workers: 0, state: Self.before + "/sandbox.jsonl") { company in
                try await Self.restore(in: company)
                let stored = try await company.value(Self.states)
                #expect(
                    stored == "4 behind, 4 compensated, 2 discarded, 8 finished, 4 parked, 2 ready, 2 running, "
                        + "2 stopped, 4 waiting")
                let entries = try await company.count("journal")
                _ = try await Migrator(database: company.schema.database, schema: company.schema.name).migrate()
                #expect(try await company.value(Self.states) == stored)
                #expect(try await company.count("journal") == entries)
                #expect(try await company.baton(["journal", "verify"]).status == 0)

                let fleet = try company.start(settings: ["BATON_TICKET_LEASE": "2s"])
                for number in 1...2 { await company.send(try Self.base(number)) }
                for handoff in try await Self.waitingForApproval(in: company) {
                    let approved = try await company.baton(["approve", handoff, "--reason", "agreed"])
                    #expect(approved.status == 0, "\(approved.output)")
                }
                let sent = try await company.requeue(
                    ["send", "--all-matching", "--class", "tax_unknown", "--reason", "the code is there", "--yes"])
                #expect(sent.status == 0, "\(sent.output)")
                try await eventually("every handoff has ended", within: .seconds(90)) {
                    try await company.count("handoffs WHERE open") == 0
                }
                #expect(
                    try await company.value(Self.states)
                        == "6 compensated, 2 discarded, 24 finished, 2 stopped")
                try await eventually("the CRM knows everything", within: .seconds(20)) {
                    try await company.count("mirrors WHERE due_at IS NOT NULL") == 0
                }
                #expect(try await company.baton(["journal", "verify"]).status == 0)
                let effects = Dictionary(grouping: try company.effects()) { "\($0.system) \($0.verb) \($0.key)" }
                #expect(effects.filter { $0.value.count > 1 }.isEmpty)
                #expect(await company.stop(fleet) == [0, 0, 0, 0])
            }
        }

        private static let states = """
            SELECT string_agg(s.count || ' ' || s.state, ', ' ORDER BY s.state)
            FROM (SELECT count(*), state FROM handoffs GROUP BY state) s
            """

        /// The version that change order `number` has waited for, by the template from which that was made.
        private static func base(_ number: Int) throws -> [UInt8] {
            let file = URL(fileURLWithPath: repositoryRoot + "/Deploy/local/deals/1004.json")
            let template = try JSONSerialization.jsonObject(with: Data(contentsOf: file))
            var event = try #require(template as? [String: Any])
            var deal = try #require(event["data"] as? [String: Any])
            var customer = try #require(deal["customer"] as? [String: Any])
            customer["name"] = "Customer \(number) AG"
            customer["taxId"] = "DE20000000\(number)"
            deal["customer"] = customer
            deal["opportunity"] = "OPP-ORPHAN-\(number)"
            deal["contract"] = "CT-ORPHAN-\(number)"
            event["data"] = deal
            event["id"] = "upgrade-ORPHAN-\(number)-1"
            return Array(try JSONSerialization.data(withJSONObject: event, options: [.sortedKeys]))
        }

        private static func waitingForApproval(in company: TestCompany) async throws -> [String] {
            let listed = try await company.value(
                "SELECT string_agg(id::text, ' ') FROM handoffs WHERE state = 'waiting' AND cause LIKE 'approval:%'")
            let found = (listed ?? "").split(separator: " ").map(String.init)
            #expect(found.count == 2)
            return found
        }

        /// The schema as that version had it, with its rows, at the moment at which they were written.
        private static func restore(in company: TestCompany) async throws {
            let schema = company.schema
            try await schema.database.script("DROP SCHEMA \"\(schema.name)\" CASCADE")
            _ = try await Migrator(database: schema.database, schema: schema.name).migrate(upTo: 5)
            let rows = try String(contentsOfFile: before + "/rows.sql", encoding: .utf8)
            let stored = rows.firstMatch(of: /stored by schema 5; clock ([0-9.]+)/).flatMap { Double($0.1) }
            try await schema.moveClock(byHours: (try #require(stored) - Date().timeIntervalSince1970) / 3600)
            try await schema.database.script(
                """
                BEGIN;
                SET LOCAL session_replication_role = replica;
                SET LOCAL search_path = "\(schema.name)";
                \(rows)
                SELECT setval('acts_id_seq', (SELECT max(id) FROM acts));
                COMMIT;
                """)
        }
    }
}
