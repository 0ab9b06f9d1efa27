import Foundation
import PostgreSQL
import RabbitMQ
import Support
import Testing

/// What a publisher may put into a message without breaking the protocol, and the database or a terminal cannot bear.
@Suite struct PoisonTests {
    /// Each property and the routing key with a zero byte, with bytes that are no UTF-8, and as long as it may be.
    private static let poison = """
        import itertools
        ODD = [lambda i: f"p{i}\\0".encode(), lambda i: f"p{i}".encode() + b"\\xff\\xfe\\xc0", lambda i: f"p{i}".encode() + b"\\0" * 250,
            lambda i: f"p{i}".encode() + b"\\xed" * 250, lambda i: f"p{i}\\x1b]0;T\\x07\\n\\u202e\\u2028".encode()]
        NAMES = ["message_id", "correlation_id", "content_type", "type", "app_id", "content_encoding", "reply_to"]
        def messages():
            for i in range(int(sys.argv[2])):
                odd = ODD[i % len(ODD)](i)
                name = (NAMES + ["key"])[i // len(ODD) % (len(NAMES) + 1)]
                properties = P(headers={"odd": "\\0", "baton-class": "\\0"})
                key = "salesforce.deal.updated.v1"
                if name == "key":
                    key = b"salesforce.deal." + odd[:200]
                else:
                    setattr(properties, name, odd)
                yield "deals", key, properties, b"x" + str(i).encode()
        """

    @Test(
        "SEC-F1 no property and no routing key stops intake: 200 poisoned messages, and the deal behind them finishes",
        .timeLimit(.minutes(2)))
    func poisonedProperties() async throws {
        try await TestCompany.with { company in
            let desk = SupportDesk(schema: company.schema, broker: company.broker, publisher: company.publisher)
            try await company.broker.collectAnswers()
            try await Python.publish(Self.poison, to: company.broker.url, "200")
            #expect(await company.publish(try TestDeals.event(opportunity: "O-1")) == .confirmed)
            try await eventually("the deal behind them is finished", within: .seconds(60)) {
                try await company.value("SELECT state FROM handoffs") == "finished"
            }
            try await eventually("each is an incident") {
                try await company.value("SELECT count(*) FROM incidents WHERE class = 'not_json'") == "200"
            }
            #expect(
                try await company.value(
                    """
                    SELECT count(*) FROM incidents WHERE correlation_id !~ '^[!-~]{1,128}$' OR headers::text ~ '[\\u0001-\\u001f\\u007f-\\u009f]'
                    """) == "0")
            try await desk.depth(of: "deal-events", reaches: 0)
            // Each was answered once, after its incident was there.
            let answers = try await desk.letters(in: "answers", atMost: 1000)
            let rejected = answers.filter { String(decoding: $0.body, as: UTF8.self).contains(#""rejected""#) }
            #expect(rejected.count == 200)
        }
    }

    @Test("SEC-F6 nothing that people read steers their terminal or adds a line to it", .timeLimit(.minutes(3)))
    func terminal() async throws {
        try await SupportDesk.with { desk in
            let deal = try await desk.park { $0.customer = "Harmlos \u{202E}AG" }
            // Rows of earlier days, and words of those who may write.
            let evil =
                "x\u{1b}]52;c;ZXZpbA==\u{7}\u{1b}[1A\u{1b}[2K\n00000000  fake  OPP-1  1.00 EUR\u{9b}31m\u{2028}\u{2067}"
            try await desk.schema.database.script(
                """
                UPDATE incidents SET story = E'\(evil)', correlation_id = E'\(evil)';
                UPDATE handoffs SET last_error = E'\(evil)', correlation_id = E'\(evil)';
                INSERT INTO incidents (id, cause, queue, class, owner, blocking, story, correlation_id, body, headers, opened_at)
                VALUES ('aaaaaaaa-0000-0000-0000-000000000000', 'raw/deal-events/x/0', 'deal-events', 'not_json', 'integration',
                    false, E'\(evil)', E'\(evil)', convert_to(E'no json \(evil)', 'UTF8'),
                    json_build_object('routing_key', E'\(evil)', 'content_type', E'\(evil)')::jsonb, now());
                INSERT INTO events (source, event_id, content_hash, outcome, reason, correlation_id, received_at)
                VALUES ('s', 'e', 'h', 'ignored', E'\(evil)', 'c', now());
                """)
            let hold = try await desk.requeue("hold", deal.short, "--reason", evil, "--yes")
            #expect(hold.status == 0)
            let looks = [
                ["requeue", "list"], ["requeue", "list", "--json"], ["requeue", "show", deal.short],
                ["requeue", "show", deal.short, "--json"], ["requeue", "show", "aaaaaaaa"],
                ["requeue", "show", "aaaaaaaa", "--body"], ["requeue", "show", "aaaaaaaa", "--body", "--json"],
                ["requeue", "log"], ["requeue", "discard", "aaaaaaaa", "--reason", evil, "--dry-run"],
                ["baton", "show", deal.opportunity], ["baton", "show", deal.opportunity, "--json"],
                ["baton", "show", "e"], ["baton", "list"], ["baton", "list", "--late"],
                // What is typed, or comes out of somebody's script, is quoted by the parser.
                ["baton", "--x\u{1b}]52;c;ZXZpbA==\u{7}"], ["baton", "x\u{1b}[2K"],
                ["requeue", "show", "x\u{9b}31m\u{202E}"],
                ["requeue", "list", "--state", "\u{1b}[1A"],
            ]
            for look in looks {
                let bytes = try await Python.onTerminal(
                    look[0], Array(look.dropFirst()), environment: try desk.environment())
                let seen = String(decoding: bytes, as: UTF8.self)
                let steering = seen.unicodeScalars.filter { scalar in
                    !["\n", "\r", "\t"].contains(scalar) && isSteering(scalar)
                }
                #expect(steering.isEmpty, "\(look): \(steering.map { String($0.value, radix: 16) })")
                #expect(
                    !seen.isEmpty && !seen.split(separator: "\n").contains { $0.hasPrefix("00000000  fake") }
                        || look.contains("--body"), "\(look) shows a line of somebody else's")
            }
        }
    }

    private func isSteering(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "\u{0}"..<" ", "\u{7F}"..."\u{9F}", "\u{2028}"..."\u{202E}", "\u{2066}"..."\u{2069}": true
        default: false
        }
    }

    @Test("SEC-F6 a body goes byte by byte into a pipe, and as text into JSON", .timeLimit(.minutes(1)))
    func bodies() async throws {
        try await SupportDesk.with { desk in
            try await desk.schema.database.script(
                """
                INSERT INTO incidents (id, cause, queue, class, owner, blocking, story, correlation_id, body, headers, opened_at)
                VALUES ('aaaaaaaa-0000-0000-0000-000000000000', 'raw/q/x/0', 'deal-events', 'not_json', 'integration', false, 's', 'c',
                        convert_to(E'<deal>\u{1b}[2J</deal>', 'UTF8'), '{}', now()),
                    ('bbbbbbbb-0000-0000-0000-000000000000', 'raw/q/y/0', 'deal-events', 'invalid_encoding', 'integration', false, 's', 'c',
                        '\\xff00', '{}', now());
                """)
            #expect(try await desk.requeue("show", "aaaaaaaa", "--body").output.hasSuffix("<deal>\u{1b}[2J</deal>"))
            struct Shown: Decodable {
                struct Message: Decodable { var body: String?, bodyBase64: String? }
                var message: Message
            }
            let text = try await desk.requeue("show", "aaaaaaaa", "--body", "--json").decoded(as: Shown.self)
            #expect(text.message.body == "<deal>\u{1b}[2J</deal>" && text.message.bodyBase64 == nil)
            let bytes = try await desk.requeue("show", "bbbbbbbb", "--body", "--json").decoded(as: Shown.self)
            #expect(bytes.message.bodyBase64 == "/wA=" && bytes.message.body == nil)
        }
    }

    @Test(
        "CASE-K12 a name that turns the order of letters is refused, and nothing shows it as it was",
        .timeLimit(.minutes(1)))
    func directionOverride() async throws {
        try await TestCompany.with { company in
            let desk = SupportDesk(schema: company.schema, broker: company.broker, publisher: company.publisher)
            let event = try SupportDesk.message("direction-override.json")
            #expect(await company.publish(event, type: "deal.updated.v2") == .confirmed)
            try await eventually("it is refused") {
                try await company.value("SELECT class FROM incidents") == "wrong_schema"
            }
            #expect(try await company.value("SELECT count(*) FROM handoffs") == "0")
            let id = try #require(try await company.value("SELECT id FROM incidents"))
            for look in [["list"], ["show", id], ["show", id, "--body"], ["show", id, "--body", "--json"]] {
                let seen = try await Python.onTerminal("requeue", look, environment: try desk.environment())
                #expect(!String(decoding: seen, as: UTF8.self).unicodeScalars.contains(where: isOverride), "\(look)")
            }
            // Its neighbours in the alphabet of such marks are no names either.
            for mark in ["\u{2066}", "\u{2028}", "\u{202A}"] {
                let text = String(decoding: event, as: UTF8.self).replacing("\u{202E}", with: mark)
                    .replacing("\"c35-7\"", with: "\"c35-\(mark.unicodeScalars.map(\.value))\"")
                #expect(await company.publish(Array(text.utf8), type: "deal.updated.v2") == .confirmed)
            }
            try await eventually("they are refused") {
                try await company.value("SELECT count(*) FROM incidents WHERE class = 'wrong_schema'") == "4"
            }
        }
    }

    private func isOverride(_ scalar: Unicode.Scalar) -> Bool { "\u{202A}"..."\u{202E}" ~= scalar }
}
