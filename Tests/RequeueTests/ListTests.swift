import Foundation
import Support
import Testing

/// What a program reads in the list.
struct ListedIncident: Decodable {
    var incident: String
    var status: String
    var incidentClass: String
    var opportunity: String?
    var round: Int
}

@Suite struct ListTests {
    private func deals(at desk: SupportDesk) async throws {
        try await desk.park {
            $0.opportunity = "O-1"
            $0.minutesAgo = 200
        }
        try await desk.park {
            $0.opportunity = "O-2"
            $0.customer = "Nordwind AG"
            $0.total = 250_000
            $0.incidentClass = "tax_unknown"
        }
        try await desk.park {
            $0.opportunity = "O-3"
            $0.currency = "JPY"
            $0.total = 5000
            $0.queue = "billing-schedules"
            $0.owner = "support"
        }
    }

    @Test("I3 every filter leaves what matches, on both sides of its limit", .timeLimit(.minutes(1)))
    func filters() async throws {
        try await SupportDesk.with { desk in
            try await deals(at: desk)
            func found(_ arguments: String...) async throws -> [String] {
                let printed = try await desk.requeue(["list", "--json"] + arguments)
                #expect(printed.status == 0, "\(printed.words)")
                return try printed.decoded(as: [ListedIncident].self).compactMap(\.opportunity)
            }
            #expect(try await found() == ["O-1", "O-2", "O-3"])
            #expect(try await found("--queue", "billing-schedules") == ["O-3"])
            #expect(try await found("--class", "tax_unknown") == ["O-2"])
            #expect(try await found("--owner", "finance") == ["O-1", "O-2"])
            #expect(try await found("--deal", "O-2") == ["O-2"])
            #expect(try await found("--deal", "corr-O-3") == ["O-3"])
            #expect(try await found("--customer", "nordW") == ["O-2"])
            #expect(try await found("--older-than", "3h") == ["O-1"])
            #expect(try await found("--newer-than", "3h") == ["O-2", "O-3"])
            #expect(try await found("--currency", "EUR", "--least-amount", "2500.00") == ["O-2"])
            #expect(try await found("--currency", "EUR", "--least-amount", "2500.01") == [])
            #expect(try await found("--currency", "EUR", "--most-amount", "1000") == ["O-1"])
            #expect(try await found("--currency", "EUR", "--most-amount", "999.99") == [])
            #expect(try await found("--currency", "jpy", "--least-amount", "5000") == ["O-3"])
            #expect(try await found("--limit", "2") == ["O-1", "O-2"])
            #expect(try await found("--state", "held") == [])
            #expect(try await found("--state", "closed") == [])
        }
    }

    @Test("I3 a list names each deal, and its last line the amounts and the dead letters", .timeLimit(.minutes(1)))
    func table() async throws {
        try await SupportDesk.with { desk in
            try await deals(at: desk)
            let printed = try await desk.requeue("list")
            let lines = printed.output.split(separator: "\n")
            #expect(lines.count == 4)
            #expect(lines[2].contains("O-2/C-1/1") && lines[2].contains("2500.00 EUR") && lines[2].contains("5m"))
            #expect(printed.words.contains("3 open incidents, 3500.00 EUR and 5000 JPY"))
            #expect(printed.words.contains("every dead letter has its incident"))
            let away = try await desk.requeue("list", broker: "amqp://guest:guest@127.0.0.1:9/%2F")
            #expect(away.status == 0)
            #expect(away.output == printed.output)
            #expect(away.words.contains("dead-letter queues not looked at"))
        }
    }

    @Test("amounts without a currency, or with too many places, are wrong usage", .timeLimit(.minutes(1)))
    func usage() async throws {
        try await SupportDesk.with { (desk) async throws in
            #expect(try await desk.requeue("list", "--least-amount", "5").status == 64)
            #expect(try await desk.requeue("list", "--least-amount", "5.001", "--currency", "EUR").status == 64)
            #expect(try await desk.requeue("list", "--least-amount", "5.0", "--currency", "JPY").status == 64)
            #expect(try await desk.requeue("list", "--older-than", "3 days").status == 64)
            #expect(try await desk.requeue("show", "ffffffff").status == 3)
            #expect(try await desk.requeue("show", "no id").status == 3)
        }
    }

    @Test("I1 show tells deal, amount, step, target, attempts, what exists and what to do", .timeLimit(.minutes(1)))
    func show() async throws {
        try await SupportDesk.with { desk in
            let deal = try await desk.park {
                $0.steps[1].state = "intent"
            }
            let bare = try await desk.requeue("show", deal.short)
            #expect(bare.status == 0, "\(bare.words)")
            #expect(bare.output.contains("does not know 'target_refused'"))
            try await desk.schema.database.script(
                """
                INSERT INTO incident_classes VALUES
                    ('target_refused', 'finance', 'The ERP refused it.', 'Finance', 'In the ERP', 'Send it.', 'after fix')
                """)
            let text = try await desk.requeue("show", deal.short).output
            for part in [
                "O-1/C-1/1", "Acme GmbH", "1000.00 EUR", "step create-project, at ERP", "the ERP said no",
                "The ERP refused it.", "In the ERP", "Send it.", "CU-1", "not known whether it took effect",
                #""what":"intent""#,
            ] {
                #expect(text.contains(part), "\(part) is missing in:\n\(text)")
            }
        }
    }

    @Test("a message's bytes are shown only when they are asked for", .timeLimit(.minutes(1)))
    func body() async throws {
        try await SupportDesk.with { desk in
            try await desk.schema.database.script(
                """
                INSERT INTO incidents (id, cause, queue, class, owner, blocking, story, correlation_id, body, headers,
                    opened_at)
                VALUES ('aaaaaaaa-0000-0000-0000-000000000000', 'raw/deal-events/x/0', 'deal-events', 'not_json',
                    'integration', false, 'no JSON', 'c', 'my secret', '{"exchange":"deals"}', now())
                """)
            let without = try await desk.requeue("show", "aaaa")
            #expect(without.output.contains("9 bytes") && !without.output.contains("my secret"))
            #expect(try await desk.requeue("show", "aaaa", "--body").output.contains("my secret"))
            #expect(try await !desk.requeue("list", "--json").output.contains("my secret"))
        }
    }
}
