import Foundation
import PostgreSQL
import RabbitMQ
import Support
import Testing

extension Fleets {
    @Suite(.serialized) struct JournalTests {
        private struct Audit: Decodable {
            struct Break: Decodable {
                var handoff: String
                var seq: Int
            }
            var entries: Int
            var breaks: [Break]
        }

        @Test(
            "K1 a changed, removed, last removed or reordered journal row is found and named", .timeLimit(.minutes(1)))
        func tampering() async throws {
            try await TestCompany.with { company in
                for number in 1...2 {
                    try await company.send(TestDeals.event(opportunity: "O-\(number)", contract: "CT-\(number)"))
                }
                try await company.finished(2)
                let untouched = try await company.baton(["journal", "verify", "--json"])
                #expect(untouched.status == 0)
                #expect(try Self.audit(untouched.output).breaks.isEmpty)
                let entries = try await company.count("journal")
                #expect(try Self.audit(untouched.output).entries == entries)
                let victim = try await company.value("SELECT id FROM handoffs WHERE opportunity = 'O-1'") ?? ""
                let its = "handoff_id = '\(victim)'"
                try await company.schema.database.script("CREATE TABLE kept AS TABLE journal")
                let attacks = [
                    "UPDATE journal SET entry = replace(entry, 'ERP', 'XYZ') || ' ' WHERE \(its) AND seq = 3",
                    "UPDATE journal SET at = at - interval '1 hour' WHERE \(its) AND seq = 3",
                    "DELETE FROM journal WHERE \(its) AND seq = 3",
                    "DELETE FROM journal WHERE \(its) AND seq = (SELECT max(seq) FROM journal WHERE \(its))",
                    "DELETE FROM journal WHERE \(its)",
                    """
                    UPDATE journal SET seq = -seq WHERE \(its) AND seq IN (2, 3);
                    UPDATE journal SET seq = 5 + seq WHERE \(its) AND seq IN (-2, -3)
                    """,
                ]
                for attack in attacks {
                    try await Self.asIfTriggersWereNotThere(attack, in: company)
                    let found = try await company.baton(["journal", "verify", "--json"])
                    #expect(found.status == 4, "\(attack)")
                    let breaks = try Self.audit(found.output).breaks
                    #expect(!breaks.isEmpty && breaks.allSatisfy { $0.handoff == victim }, "\(attack)")
                    let forPeople = try await company.baton(["journal", "verify"])
                    #expect(forPeople.status == 4 && forPeople.output.contains("handoff \(victim), entry"))
                    try await Self.asIfTriggersWereNotThere(
                        "DELETE FROM journal; INSERT INTO journal SELECT * FROM kept", in: company)
                    #expect(try await company.baton(["journal", "verify"]).status == 0)
                }
            }
        }

        @Test("K1 no worker's role can change, remove, forge or unchain a journal row", .timeLimit(.minutes(1)))
        func onlyGrows() async throws {
            try await TestCompany.with(workers: 0) { company in
                let worker = try company.start(["deal-events"])
                try await company.send(TestDeals.event(opportunity: "O-1"))
                try await eventually("it is planned") { try await company.count("journal") >= 3 }
                #expect(await company.stop(worker) == [0])
                let attempts = [
                    "UPDATE journal SET entry = '{}'", "DELETE FROM journal", "TRUNCATE journal",
                    "INSERT INTO journal (handoff_id, seq, at, entry, prev_hash, hash) "
                        + "SELECT handoff_id, 9, at, entry, prev_hash, hash FROM journal LIMIT 1",
                    "INSERT INTO journal_heads SELECT gen_random_uuid(), 1, ''::bytea",
                    "UPDATE journal_heads SET seq = 1",
                    "DELETE FROM journal_heads", "ALTER TABLE journal DISABLE TRIGGER ALL",
                    "SET session_replication_role = replica", "DROP TRIGGER chain_journal ON journal",
                ]
                let workers = TestCompany.queues.map { "baton_" + $0.replacing("-", with: "_") }
                for role in workers + [TestServers.person] {
                    for attempt in attempts {
                        #expect(
                            try await Self.state(of: attempt, as: role, in: company) == "42501", "\(role): \(attempt)")
                    }
                }
                // Its owner is stopped by the triggers.
                for attempt in attempts.prefix(3) {
                    #expect(try await Self.state(of: attempt, as: "postgres", in: company) == "42501", "\(attempt)")
                }
                #expect(try await company.baton(["journal", "verify"]).status == 0)
            }
        }

        private static func audit(_ output: String) throws -> Audit {
            try JSONDecoder().decode(Audit.self, from: Data(output.utf8))
        }

        /// What somebody can do who owns the whole server.
        private static func asIfTriggersWereNotThere(_ sql: String, in company: TestCompany) async throws {
            try await company.schema.database.script(
                "BEGIN; SET LOCAL session_replication_role = replica; \(sql); COMMIT")
        }

        /// The SQLSTATE with which `sql` ends for `role`; nil when it is done.
        private static func state(of sql: String, as role: String, in company: TestCompany) async throws -> String? {
            var settings = try DatabaseSettings(TestServers.postgresql.replacing("//postgres@", with: "//\(role)@"))
            settings.searchPath = [company.schema.name]
            let database = Database(settings, size: 1)
            return await withTaskGroup(of: Void.self) { group -> String? in
                group.addTask { await database.run() }
                defer { group.cancelAll() }
                do throws(PostgreSQLError) {
                    try await database.script(sql)
                    return nil
                } catch {
                    return error.sqlState ?? "\(error)"
                }
            }
        }
    }
}
