import Operations
import PostgreSQL
import Support
import Testing

@Suite struct FrozenSetTests {
    @Test(
        "I3 an act touches what was seen and as it was seen; what changed or came since is left alone",
        .timeLimit(.minutes(1)))
    func frozen() async throws {
        try await TestSchema.with { schema in
            try await park(1...4, in: schema)
            let database = schema.database
            let inquiries = IncidentInquiries(database: database)
            let acts = IncidentActs(database: database, post: Post(publisher: nil))
            let seen = try await inquiries.list(IncidentFilter())
            #expect(seen.count == 4)
            _ = try await acts.perform(Act(.hold, why: "mine"), on: [seen[0]])
            _ = try await acts.perform(Act(.hold, why: "mine"), on: [seen[1]])
            let held = try await inquiries.lines([seen[1].incident])
            _ = try await acts.perform(Act(.release, why: nil), on: held)
            _ = try await acts.perform(Act(.send(evenSo: false), why: nil), on: [seen[2]])
            try await park(5...5, in: schema)

            let results = try await acts.perform(Act(.send(evenSo: false), why: nil), on: seen)
            #expect(results.map(\.outcome) == [.changed, .changed, .already, .done])
            #expect(results[0].sentence.contains("changed by postgres at ") && results[0].sentence.hasSuffix(": hold"))
            #expect(results[1].sentence.hasSuffix(": release"))
            #expect(results[2].sentence.contains("already sent by postgres at "))
            let ready = try await database.query(
                "SELECT opportunity FROM handoffs WHERE state = 'ready' ORDER BY opportunity")
            #expect(try ready.map { try $0.value(0, as: String.self) } == ["O-3", "O-4"])
        }
    }

    @Test("what the lists add up counts each deal once, however many incidents it has", .timeLimit(.minutes(1)))
    func totals() async throws {
        try await TestSchema.with { schema in
            try await park(1...2, in: schema)
            try await schema.database.script(
                """
                INSERT INTO incidents (id, cause, handoff_id, queue, class, owner, blocking, story, correlation_id,
                    opened_at)
                SELECT gen_random_uuid(), 'conflict/' || id, id, 'q', 'conflict', 'sales_operations', false, 's', 'c',
                    now() FROM handoffs
                """)
            let inquiries = IncidentInquiries(database: schema.database)
            let totals = try await inquiries.totals(IncidentFilter())
            #expect(totals.count == 4)
            #expect(totals.amounts.map { "\($0.totalMinor) \($0.currency)" } == ["200 EUR"])
            #expect(IncidentTotals(of: try await inquiries.list(IncidentFilter())) == totals)
        }
    }

    private func park(_ numbers: ClosedRange<Int>, in schema: TestSchema) async throws {
        try await schema.database.script(
            """
            INSERT INTO handoffs (id, saga, opportunity, contract, version, kind, content_hash, correlation_id, state,
                queue, since, created_at)
            SELECT gen_random_uuid(), 's', 'O-' || n, 'C', 1, 'complete', 'h', 'c', 'parked', 'q', now(), now()
            FROM generate_series(\(numbers.lowerBound), \(numbers.upperBound)) AS n;
            INSERT INTO deals SELECT id, '{}', 'Acme', 100, 'EUR' FROM handoffs ON CONFLICT DO NOTHING;
            INSERT INTO incidents (id, cause, handoff_id, queue, class, owner, blocking, story, correlation_id, opened_at)
            SELECT gen_random_uuid(), opportunity, id, 'q', 'target_refused', 'finance', true, 's', 'c',
                now() + version * interval '1 s' + right(opportunity, 1)::integer * interval '1 ms'
            FROM handoffs ON CONFLICT DO NOTHING;
            """)
    }
}
