import Foundation
import PostgreSQL
import Support
import Testing

/// What each login can do who does not use our programs, but SQL.
@Suite struct LeastPrivilegeTests {
    private static let denied = "42501"
    private static let unmet = "55000"
    private static let locks = [
        "pg_advisory_lock(hashtextextended('O-1', 0))", "pg_advisory_xact_lock(hashtextextended('O-1', 0))",
        "pg_try_advisory_lock(hashtextextended('O-1', 0))", "pg_advisory_lock_shared(1, 2)",
        "pg_advisory_xact_lock(hashtextextended('baton migrate', 0))", "lock_lanes(ARRAY['O-1'])",
        "advance_lanes(ARRAY['O-1'], 0)",
    ].map { "SELECT \($0)" }
    private static let disk = ["SELECT lo_create(0)", "SELECT lo_from_bytea(0, 'x')"]
    private static let inner = [
        "note_act('approve', NULL, gen_random_uuid(), 'forged', 'forged', NULL)",
        "make_ready(gen_random_uuid(), 'do', 0)",
        "note_entry(gen_random_uuid(), '{\"what\":\"approved\"}')", "end_incident(gen_random_uuid(), 'forged', NULL)",
        "begin_act(gen_random_uuid(), 0, 'send', NULL, 'forged', NULL)", "forget_attempts(gen_random_uuid())",
    ].map { "SELECT \($0)" }
    private static let acts = [
        "requeue_handoff(gen_random_uuid(), 0, 'r', 0)", "begin_sending(gen_random_uuid(), 0, 'r', 0)",
        "finish_sending(gen_random_uuid(), NULL, NULL)", "hold_incident(gen_random_uuid(), 0, 'r')",
        "release_incident(gen_random_uuid(), 0, 'r')", "close_incident(gen_random_uuid(), 0, 'r')",
        "discard_handoff(gen_random_uuid(), 0, 'r', true, 0)", "turn_back(gen_random_uuid(), 0, 'r', 0)",
        "keep_step(gen_random_uuid(), 0, 'r', gen_random_uuid(), 0::smallint, 0)",
        "adopt_thing(gen_random_uuid(), 0::smallint, 'P-1', 'r', 0)", "choose(gen_random_uuid(), 'a', 'b', 'r', 0)",
        "decide_approval(gen_random_uuid(), 'approved', 'r', 0)", "pause_work('queue', 'deal-events', 'r')",
        "resume_work('queue', 'deal-events', 'r')", "wake_queues(ARRAY['deal-events'])",
        "lock_incident(gen_random_uuid())", "lock_handoff(gen_random_uuid())",
        "tell_ending(gen_random_uuid(), 'CRM', 'handoff', '{}', 'status-feedback')",
    ].map { "SELECT \($0)" }
    private static let changes = [
        """
        INSERT INTO approvals (handoff_id, gate, plan_hash, requester, decision)
        SELECT id, 'cancel', 'abc', 'somebody else', 'approved' FROM handoffs
        """,
        "UPDATE approvals SET decision = 'approved'", "DELETE FROM approvals",
        "INSERT INTO acts (act, outcome) VALUES ('approve', 'x')",
        "INSERT INTO acts (act, outcome, actor) VALUES ('approve', 'x', 'ben')",
        "UPDATE acts SET why = 'x'", "DELETE FROM acts",
        "UPDATE handoffs SET state = 'ready', cause = NULL, due_at = now()", "UPDATE handoffs SET due_at = now()",
        "DELETE FROM handoffs", "UPDATE steps SET external_id = 'P-EVIL'", "UPDATE steps SET adopt_id = 'P-EVIL'",
        "UPDATE steps SET state = 'kept', kept_because = 'x'", "UPDATE incidents SET state = 'closed'",
        "UPDATE incidents SET headers = '{\"routing_key\": \"hubspot.deal.updated.v1\"}'",
        "UPDATE incidents SET held_by = NULL", "DELETE FROM incidents",
        """
        INSERT INTO incidents (id, cause, queue, class, owner, blocking, story, correlation_id, body, headers, opened_at)
        VALUES (gen_random_uuid(), 'raw/forged/0', 'q', 'unknown', 'integration', false, 's', 'c', 'x',
            '{"exchange":"deals","routing_key":"hubspot.deal.updated.v1"}', now())
        """,
        "INSERT INTO journal (handoff_id, entry) SELECT id, '{\"what\":\"approved\"}' FROM handoffs",
        "INSERT INTO choices (handoff_id, what, value, why) SELECT id, 'customer', 'CU-EVIL', 'x' FROM handoffs",
        "UPDATE choices SET value = 'CU-EVIL'",
        "INSERT INTO pauses (kind, name, why) VALUES ('queue', 'deal-events', 'x')", "DELETE FROM pauses",
        "UPDATE mirrors SET wanted = '{}'", "UPDATE events SET publisher = 'nobody'",
        "SELECT FROM handoffs FOR UPDATE", "SELECT FROM incidents FOR SHARE",
        "DO $$ BEGIN LOCK TABLE claims IN ROW EXCLUSIVE MODE; END $$",
        "DO $$ BEGIN LOCK TABLE handoffs IN ACCESS EXCLUSIVE MODE; END $$",
    ]

    /// The groups of people and programs that do no work, with all that each must not do.
    private static let forbidden: [(group: String, attempts: [String])] = [
        ("baton_support", changes + inner + locks + disk),
        ("baton_operator", changes + inner + locks + disk),
        ("baton_collector", changes + inner + locks + disk + acts),
        ("baton_reader", changes + inner + locks + disk + acts),
        ("baton_catalog", changes + inner + locks + disk + acts),
        ("baton_catalog_approval", changes + inner + locks + disk + acts),
        ("baton_catalog_reader", changes + inner + locks + disk + acts),
    ]

    @Test(
        "SEC-F9 SEC-F15 by SQL nobody changes what acts change, holds a lane, or acts without the right to",
        .timeLimit(.minutes(1)))
    func attempts() async throws {
        try await SupportDesk.with { desk in
            let deal = try await desk.park()
            try await desk.schema.database.script(
                """
                UPDATE handoffs SET state = 'waiting', cause = 'approval:cancel:abc', due_at = now() + interval '1 d'
                    WHERE id = '\(deal.handoff)'
                """)
            let before = try await desk.everything()
            for (group, attempts) in Self.forbidden {
                try await desk.withRole(in: group) { login in
                    let refusals = try await desk.refusals(of: login, attempts)
                    for (attempt, refusal) in zip(attempts, refusals) {
                        #expect(refusal == Self.denied, "\(group): \(attempt)")
                    }
                }
            }
            #expect(try await desk.everything() == before)
            // Who works holds lanes, by the function and, as the version before does, by the lock itself.
            let works = ["SELECT lock_lanes(ARRAY['O-1'])", "SELECT pg_advisory_xact_lock(hashtextextended('O-1', 0))"]
            #expect(try await desk.refusals(of: "baton_deal_events", works) == [nil, nil])
            #expect(try await desk.value("SELECT rolcanlogin FROM pg_roles WHERE rolname = 'baton_support'") == "false")
        }
    }

    @Test("SEC-F9 one function says who acts: everything else in the database asks it", .timeLimit(.minutes(1)))
    func actingPerson() async throws {
        try await TestSchema.with { schema in
            let rows = try await schema.database.query(
                Statement(
                    unprepared: """
                        SELECT proname::text FROM pg_proc WHERE pronamespace = current_schema()::regnamespace
                            AND (prosrc ILIKE '%session_user%' OR prosrc ILIKE '%current_user%')
                        UNION ALL SELECT c.relname || '.' || a.attname FROM pg_attrdef d
                            JOIN pg_class c ON c.oid = d.adrelid
                            JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
                            WHERE c.relnamespace = current_schema()::regnamespace
                                AND pg_get_expr(d.adbin, d.adrelid) ILIKE '%session_user%'
                        """))
            #expect(try rows.map { try $0.value(0, as: String.self) } == ["acting_person"])
            let settings = try await schema.database.query(
                Statement(
                    unprepared: """
                        SELECT unnest(s.setconfig) FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase
                        WHERE d.datname = current_database() AND s.setrole = 0 ORDER BY 1
                        """)
            ).map { try $0.value(0, as: String.self) }
            #expect(settings == ["idle_in_transaction_session_timeout=1min", "statement_timeout=5min"])
        }
    }

    @Test(
        "SEC-F9 an act by SQL keeps the rules that the command keeps, and leaves the same trace",
        .timeLimit(.minutes(1)))
    func actsBySQL() async throws {
        try await SupportDesk.with { desk in
            let held = try await desk.park { $0.opportunity = "O-held" }
            #expect(try await desk.requeue("hold", held.short, "--reason", "mine", "--yes").status == 0)
            let doubtful = try await desk.park {
                $0.opportunity = "O-doubt"
                $0.steps[1].state = "intent"
            }
            let undoing = try await desk.park {
                $0.opportunity = "O-undo"
                $0.direction = "undo"
            }
            let plain = try await desk.park { $0.opportunity = "O-plain" }
            let before = try await desk.everything()
            let refused = [
                "requeue_handoff('\(held.incident)', 1, 'r', 0)", "requeue_handoff('\(plain.incident)', 7, 'r', 0)",
                "discard_handoff('\(doubtful.incident)', 0, 'r', true, 0)",
                "discard_handoff('\(plain.incident)', 0, 'r', false, 0)",
                "discard_handoff('\(undoing.incident)', 0, 'r', true, 0)",
                "turn_back('\(undoing.incident)', 0, 'r', 0)",
                "keep_step('\(plain.incident)', 0, 'r', '\(plain.handoff)', 0::smallint, 0)",
                "keep_step('\(undoing.incident)', 0, 'r', '\(plain.handoff)', 0::smallint, 0)",
                "close_incident('\(plain.incident)', 0, 'r')", "begin_sending('\(plain.incident)', 0, 'r', 0)",
                "adopt_thing('\(plain.handoff)', 0::smallint, 'CU-2', 'r', 0)",
                "adopt_thing('\(plain.handoff)', 2::smallint, 'P-1', 'r', 0)",
                "adopt_thing('\(doubtful.handoff)', 1::smallint, 'P-1', 'r', 0)",
                "adopt_thing('\(held.handoff)', 1::smallint, 'P-1', 'r', 0)",
                "choose('\(held.handoff)', 'customer', 'CU-1', 'r', 0)",
                "decide_approval('\(plain.handoff)', 'approved', 'r', 0)",
                "tell_ending('\(plain.incident)', 'CRM', 'handoff', '{}', 'status-feedback')",
            ].map { "SELECT \($0)" }
            for (act, refusal) in zip(refused, try await desk.refusals(of: TestServers.person, refused)) {
                #expect(refusal == Self.unmet, "\(act)")
            }
            #expect(try await desk.everything() == before)
            let done = ["SELECT requeue_handoff('\(plain.incident)', 0, 'by hand', 0)"]
            #expect(try await desk.refusals(of: TestServers.person, done) == [nil])
            #expect(
                try await desk.value(
                    """
                    SELECT concat_ws(' ', actor, act, outcome, why, correlation_id) FROM acts
                    WHERE incident_id = '\(plain.incident)'
                    """) == "anna send sent, not yet tried by hand corr-O-plain")
            #expect(
                try await desk.value("SELECT concat(actor, ' ', entry) FROM journal ORDER BY at DESC, seq DESC LIMIT 1")
                    == #"anna {"incident":"\#(plain.incident)","step":"create-project","what":"requeued"}"#)
            #expect(try await desk.baton("journal", "verify").status == 0)
        }
    }
}

extension SupportDesk {
    /// The SQLSTATE with which `login` fails at each of `attempts`; nil where it succeeds.
    func refusals(of login: String, _ attempts: [String]) async throws -> [String?] {
        var settings = try DatabaseSettings(TestServers.postgresql.replacing("//postgres@", with: "//\(login)@"))
        settings.searchPath = [schema.name]
        settings.acquireTimeout = .seconds(2)
        let database = Database(settings, size: 1)
        return await withTaskGroup(of: Void.self) { group in
            group.addTask { await database.run() }
            defer { group.cancelAll() }
            var states: [String?] = []
            for attempt in attempts {
                do throws(PostgreSQLError) {
                    _ = try await database.query(Statement(unprepared: attempt))
                    states.append(nil)
                } catch {
                    states.append(error.sqlState ?? "\(error)")
                }
            }
            return states
        }
    }
}
