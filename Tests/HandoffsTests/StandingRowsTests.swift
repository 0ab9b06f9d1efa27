import Support
import Testing

extension Fleets {
    /// What merely stands in the store while others are worked on.
    @Suite struct StandingRowsTests {
        private static let standing = 20_000

        @Test("H11 ten deals are finished while fewer rows are read than merely stand there", .timeLimit(.minutes(2)))
        func readsLittle() async throws {
            try await TestCompany.with(workers: 0) { company in
                // The plans of a worker's first statements are made while nothing stands there.
                let fleet = try company.start()
                for number in 1...5 { await company.send(try Self.event(number)) }
                try await company.finished(5)
                try await company.schema.database.script(Self.stand)
                for number in 6...15 { await company.send(try Self.event(number)) }
                try await eventually("all are finished", within: .seconds(60)) {
                    // Whoever asks the handoffs reads them all.
                    try await company.value(#"SELECT count(*) FROM journal WHERE entry LIKE '%"finished"%'"#) == "15"
                }
                // A session that ends tells what it has read.
                #expect(await company.stop(fleet).allSatisfy { $0 == 0 })
                let read = try await company.value(
                    """
                    SELECT sum(r.read) FROM (
                        SELECT seq_tup_read AS read FROM pg_stat_user_tables WHERE relid IN (
                            '\(company.schema.name).handoffs'::regclass, '\(company.schema.name).mirrors'::regclass)
                        UNION ALL SELECT idx_tup_read FROM pg_stat_user_indexes WHERE relid IN (
                            '\(company.schema.name).handoffs'::regclass, '\(company.schema.name).mirrors'::regclass)) AS r
                    """)
                print("\(Self.standing) rows stand there, \(read ?? "-") are read")
                #expect(Int(read ?? "") ?? .max < Self.standing)
            }
        }

        private static func event(_ number: Int) throws -> [UInt8] {
            try TestDeals.event(
                opportunity: "O-\(number)", contract: "CT-\(number)", customer: "Customer \(number)",
                taxID: "DE\(100_000_000 + number)")
        }

        /// Handoffs that people have, and statuses that are told tomorrow.
        private static let stand = """
            INSERT INTO handoffs (id, saga, opportunity, contract, version, kind, content_hash, correlation_id, state,
                queue, since, created_at)
            SELECT gen_random_uuid(), 'deal-handoff', 'P-' || n, 'P-' || n, 1, 'complete', 'hash', 'p-' || n, 'parked',
                'project-provisioning', now(), now() - interval '1 day'
            FROM generate_series(1, \(standing)) AS n;
            INSERT INTO mirrors (opportunity, target, object, contract, correlation_id, source_version, wanted, since,
                state, queue, due_at)
            SELECT 'P-' || n, 'crm', 'handoff/P-' || n, 'P-' || n, 'p-' || n, 1, '{}', now(), 'waiting',
                'status-feedback', now() + interval '1 day'
            FROM generate_series(1, \(standing)) AS n;
            """
    }
}
