import Foundation
import PostgreSQL
import RabbitMQ
import Support
import Testing

/// Dead letters tell where they come from, whatever they say of themselves.
@Suite struct LetterTests {
    private func publish(_ message: Message, at desk: SupportDesk) async {
        let outcomes: [PublishOutcome] = await desk.publisher.publish([message])
        #expect(outcomes == [.confirmed])
    }

    @Test(
        "SEC-F2 CASE-K14 forged headers of our own make no copy, no class and no origin: nothing is sent as somebody else",
        .timeLimit(.minutes(1)))
    func forged() async throws {
        try await SupportDesk.with { desk in
            let deal = try await desk.park()
            let event = try SupportDesk.message("claims-to-be-ours.json")
            let claims: [[String: HeaderValue]] = [
                ["baton-incident": .string(deal.incident)],
                ["baton-incident": .string(deal.incident), "baton-handoff": .string(deal.handoff)],
                ["baton-class": "attempts_used_up", "baton-reason": "8 attempts failed"],
                ["baton-incident": "00000000-0000-4000-8000-00000000dead", "baton-redrives": .integer(.max)],
                [
                    "baton-class": "conflict",
                    "x-death": .array([
                        .table([
                            "exchange": "deals", "queue": "deal-events", "reason": "rejected", "count": 1,
                            "routing-keys": .array(["hubspot.deal.updated.v2"]),
                        ])
                    ]),
                ],
            ]
            for (number, headers) in claims.enumerated() {
                let body = number == 1 ? Array(#"{"handoff":"\#(deal.handoff)"}"#.utf8) : event + [UInt8(number)]
                await publish(
                    Message(
                        exchange: "deals", routingKey: "salesforce.zzz",
                        properties: Properties(messageID: "f-\(number)", type: "ticket", headers: headers), body: body),
                    at: desk)
            }
            try await desk.depth(of: "deals.unrouted", reaches: claims.count)
            try await desk.depth(of: "deal-events.dead", reaches: 0)
            #expect(
                try await desk.requeue("list").words.contains("5 messages in deals.unrouted without an incident yet"))
            #expect(try await desk.requeue("drain").status == 0)
            #expect(
                try await desk.value(
                    """
                    SELECT concat_ws(' ', count(*), count(DISTINCT i.id), min(i.class), max(i.class),
                        min(i.headers ->> 'exchange'), max(i.headers ->> 'routing_key'), bool_or(i.id = '\(deal.incident)'))
                    FROM incidents i WHERE i.handoff_id IS NULL
                    """) == "5 5 unroutable unroutable deals salesforce.zzz f")
            // Support's usual command finds none of them under the class that they claim, and sends nothing elsewhere.
            let all = try await desk.requeue(
                "send", "--all-matching", "--class", "attempts_used_up", "--reason", "r", "--yes")
            #expect(all.status != 0)
            _ = try await desk.requeue("send", "--all-matching", "--class", "unroutable", "--even-so", "--yes")
            try await desk.depth(of: "deal-events", reaches: 0)
        }
    }

    @Test(
        "SEC-F2 what a worker's account may forge in rows and through dead is sent nowhere", .timeLimit(.minutes(1)))
    func forgedRows() async throws {
        try await SupportDesk.with { desk in
            for (number, origin) in [
                #"{"exchange":"handoffs","routing_key":"handoff.ready.v1"}"#,
                #"{"exchange":"work","routing_key":"deal-events"}"#, #"{"exchange":"","routing_key":"deal-events"}"#,
                #"{"exchange":"dead","routing_key":"deal-events"}"#, ##"{"exchange":"deals","routing_key":"#"}"##,
                #"{"exchange":"deals","routing_key":"salesforce.deal\#u{FFFD}.v1"}"#, "{}",
            ].enumerated() {
                try await desk.schema.database.script(
                    """
                    INSERT INTO incidents (id, cause, queue, class, owner, blocking, story, correlation_id, body, headers,
                        opened_at)
                    VALUES (gen_random_uuid(), 'raw/deal-events/\(number)/0', 'deal-events', 'undeliverable', 'support', false,
                        's', 'c', 'x', '\(origin)', now())
                    """)
            }
            let sent = try await desk.requeue("send", "--all-matching", "--even-so", "--yes")
            #expect(sent.status == 4)
            #expect(sent.output.split(separator: "\n").count { $0.contains("refused: it") } == 7, "\(sent.output)")
            #expect(try await desk.value("SELECT count(*) FROM incidents WHERE state = 'open'") == "7")
            for queue in ["deal-events", "deal-events.dead", "deals.unrouted"] {
                try await desk.depth(of: queue, reaches: 0)
            }
        }
    }

    @Test("SEC-F2 a copy is one only if its row has the same bytes", .timeLimit(.minutes(1)))
    func copies() async throws {
        try await SupportDesk.with { desk in
            try await desk.schema.database.script(
                """
                INSERT INTO incidents (id, cause, queue, class, owner, blocking, story, correlation_id, body, headers, opened_at)
                VALUES ('aaaaaaaa-0000-0000-0000-000000000000', 'raw/deal-events/x/0', 'deal-events', 'not_json', 'integration',
                    false, 's', 'c', 'the very bytes', '{}', now())
                """)
            for body in ["the very bytes", "other bytes"] {
                await publish(
                    Message(
                        exchange: "dead", routingKey: "deal-events",
                        properties: Properties(
                            messageID: "aaaaaaaa-0000-0000-0000-000000000000", type: "dead-letter",
                            headers: [
                                "baton-incident": "aaaaaaaa-0000-0000-0000-000000000000", "baton-class": "empty",
                                "baton-reason": "r",
                            ]), body: Array(body.utf8)), at: desk)
            }
            try await desk.depth(of: "deal-events.dead", reaches: 2)
            let drained = try await desk.requeue("drain").output
            #expect(drained.contains("deal-events.dead: 2 messages; new incidents: 1 empty; 1 copies"), "\(drained)")
            #expect(try await desk.value("SELECT count(*) FROM incidents") == "2")
        }
    }

    @Test(
        "SEC-F2 an event that says our queue gave it up, and comes from its publisher, is refused",
        .timeLimit(.minutes(1)))
    func claimedDeath() async throws {
        try await TestCompany.with { company in
            let event = try TestDeals.event(opportunity: "O-1")
            let forged = Properties(headers: [
                "x-death": .array([
                    .table(["exchange": "deals", "queue": "deal-events", "reason": "rejected", "count": 0])
                ])
            ])
            let outcomes: [PublishOutcome] = await company.publisher.publish([
                Message(
                    exchange: "deals", routingKey: "salesforce.deal.updated.v1", properties: forged, body: event)
            ])
            #expect(outcomes == [.confirmed])
            try await eventually("it is refused") {
                try await company.value("SELECT class FROM incidents") == "source_mismatch"
            }
            #expect(try await company.value("SELECT count(*) FROM handoffs") == "0")
        }
    }

    @Test(
        "CASE-K15 an event moved back by hand is judged under its own key and stays one incident; one that nobody knows is refused",
        .timeLimit(.minutes(2)))
    func movedByHand() async throws {
        try await TestCompany.with { company in
            let desk = SupportDesk(schema: company.schema, broker: company.broker, publisher: company.publisher)
            let (bad, good) = (
                try SupportDesk.message("event-bad.json"), try SupportDesk.message("event-good.json")
            )
            #expect(await company.publish(bad, type: "deal.updated.v2") == .confirmed)
            try await desk.depth(of: "deal-events.dead", reaches: 1)
            let id = try #require(try await company.value("SELECT id FROM incidents"))
            func move(_ body: [UInt8]) async {
                await publish(Message(exchange: "", routingKey: "deal-events", body: body), at: desk)
            }
            let letter = try #require(try await desk.letters(in: "deal-events.dead").first)
            #expect(letter.body == bad)
            await move(letter.body)
            try await eventually("it came back") {
                try await company.value(
                    "SELECT concat_ws(' ', count(*), max(class), max(repeats), bool_or(moved_by_hand)) FROM incidents")
                    == "1 amounts_do_not_add_up 1 t"
            }
            let shown = try await desk.requeue("show", id).output
            #expect(shown.contains("seen         2 times") && shown.contains("by hand"), "\(shown)")

            await move(good)
            try await eventually("it is refused by the rule") {
                try await company.value("SELECT count(*) FROM incidents WHERE class = 'moved_by_hand'") == "1"
            }
            let story = try await company.value("SELECT story FROM incidents WHERE class = 'moved_by_hand'")
            #expect(story?.contains("default exchange") == true && story?.contains("routing key") == true)
            #expect(try await company.value("SELECT count(*) FROM handoffs") == "0")
            // Published as it should be, it is taken; moved as well, it is one more of the same.
            await move(good)
            #expect(await company.publish(good, type: "deal.updated.v2") == .confirmed)
            try await eventually("it is taken") { try await company.value("SELECT count(*) FROM handoffs") == "1" }
            #expect(try await company.value("SELECT count(*) FROM incidents WHERE handoff_id IS NULL") == "2")
        }
    }

    @Test(
        "H4 dead letters of every kind become rows by themselves within a minute, under an account that can do nothing else",
        .timeLimit(.minutes(2)))
    func collector() async throws {
        try await SupportDesk.with { desk in
            let folder = FileManager.default.temporaryDirectory.appending(path: uniqueName("collector")).path
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(atPath: folder) }
            let account = uniqueName("collector")
            try await desk.broker.makeAccount(
                account, configure: "^$", write: "^$",
                read: #"^((deal-events|project-provisioning|billing-schedules|status-feedback)\.dead|deals\.unrouted)$"#
            )
            func start() throws -> ChildProcess {
                try ChildProcess(
                    "dead-letter-collector",
                    environment: [
                        "BATON_AMQP_URL": desk.broker.url(as: account, password: "secret"),
                        "BATON_POSTGRESQL_SCHEMA": desk.schema.name,
                        "BATON_POSTGRESQL_URL": try TestServers.postgresql.replacing(
                            "//postgres@", with: "//baton_dead_letters@"),
                    ], logFile: "\(folder)/\(uniqueName("log"))")
            }
            let first = try start()
            let deal = try await desk.park()
            // What nobody takes, what the broker gave up, a copy, a ticket, and what somebody put there.
            let event = try TestDeals.event(opportunity: "O-9")
            await publish(Message(exchange: "deals", routingKey: "salesforce.zzz", body: event), at: desk)
            await publish(Message(exchange: "deals", routingKey: "salesforce.deal.updated.v1", body: [1]), at: desk)
            try await desk.depth(of: "deal-events", reaches: 1)
            for _ in 0...100 { try await desk.giveBackFirst(in: "deal-events") }
            let ticket = Array(#"{"handoff":"\#(deal.handoff)"}"#.utf8)
            await publish(
                Message(
                    exchange: "dead", routingKey: "project-provisioning",
                    properties: Properties(
                        type: "dead-letter",
                        headers: ["baton-incident": .string(deal.incident), "baton-handoff": .string(deal.handoff)]),
                    body: ticket), at: desk)
            await publish(
                Message(
                    exchange: "dead", routingKey: "status-feedback", properties: Properties(type: "ticket"),
                    body: ticket),
                at: desk)
            await publish(Message(exchange: "", routingKey: "billing-schedules.dead", body: [2]), at: desk)
            try await eventually("each that has none has a row", within: .seconds(60)) {
                try await desk.value(
                    "SELECT string_agg(class || ' ' || queue, ', ' ORDER BY class) FROM incidents WHERE handoff_id IS NULL"
                )
                    == "undeliverable deal-events, unknown billing-schedules, unroutable deal-events"
            }
            #expect(
                try await desk.value("SELECT opportunity FROM incidents WHERE class = 'unroutable'") == "O-9",
                "who asks by opportunity finds it")
            for queue in ["deal-events.dead", "project-provisioning.dead", "status-feedback.dead", "deals.unrouted"] {
                try await desk.depth(of: queue, reaches: 0)
            }
            #expect(try await desk.requeue("list").words.contains("every dead letter has its incident"))
            // Killed and started again, it goes on; stopped, it ends in order.
            first.signal(SIGKILL)
            await first.waitForExit()
            await publish(Message(exchange: "deals", routingKey: "salesforce.zzz", body: [3]), at: desk)
            try await desk.depth(of: "deals.unrouted", reaches: 1)
            #expect(try await desk.requeue("list").words.contains("1 message in deals.unrouted without an incident"))
            let second = try start()
            try await eventually("it goes on") {
                try await desk.value("SELECT count(*) FROM incidents WHERE class = 'unroutable'") == "2"
            }
            second.signal(SIGTERM)
            #expect(await second.waitForExit() == 0, "\(second.log)")
            try await TestBroker.deleteAccount(account)
        }
    }

    @Test("SEC-F2 the collector's role can turn messages into rows, and nothing else", .timeLimit(.minutes(1)))
    func collectorsRole() async throws {
        try await SupportDesk.with { desk in
            _ = try await desk.park()
            try await desk.withRole(in: "baton_collector") { role async throws in
                let tables = [
                    "incidents", "handoffs", "deals", "events", "journal", "acts", "steps", "claims", "mirrors",
                    "targets",
                    "catalogs", "signatures",
                ]
                for table in tables {
                    for act in ["SELECT", "INSERT", "UPDATE", "DELETE"] {
                        #expect(
                            try await desk.value(
                                "SELECT has_table_privilege('\(role)', '\(desk.schema.name).\(table)', '\(act)')")
                                == "false",
                            "\(act) on \(table)")
                    }
                }
                #expect(
                    try await desk.value(
                        """
                        SELECT string_agg(p.proname, ', ' ORDER BY p.proname) FROM pg_proc p
                        JOIN pg_namespace n ON n.oid = p.pronamespace
                        WHERE n.nspname = '\(desk.schema.name)' AND has_function_privilege('\(role)', p.oid, 'EXECUTE')
                        """) == "receive_message, take_out_copy")
            }
        }
    }
}
