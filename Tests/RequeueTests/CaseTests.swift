import Foundation
import Support
import Testing

@Suite struct CaseTests {
    @Test(
        "SUP-2.5 the id that was noted stands for the case: it shows, sends and discards the round that is open",
        .timeLimit(.minutes(1)))
    func oneID() async throws {
        try await SupportDesk.with { desk in
            let deal = try await desk.park()
            #expect(try await desk.requeue("send", deal.incident, "--yes").status == 0)
            try await deal.failAgain(at: desk)
            let round = try #require(try await desk.value("SELECT id FROM incidents WHERE state = 'open'"))
            for id in [deal.incident, round, String(round.prefix(13))] {
                let shown = try await desk.requeue("show", id).output
                #expect(shown.contains("case         \(deal.incident) (target_refused), round 2"), "\(shown)")
                #expect(shown.contains("status       open"))
            }
            let table = try await desk.requeue("list").output
            #expect(table.contains(String(deal.incident.prefix(8))))
            #expect(!table.contains(String(round.prefix(8))), "one id, whatever the round")
            let sent = try await desk.requeue("send", deal.incident, "--yes")
            #expect(sent.status == 0 && sent.output.contains("\(deal.incident)  done: sent"))
            #expect(try await desk.value("SELECT requeues FROM handoffs") == "2")
            try await deal.failAgain(at: desk)
            let twice = try await desk.requeue(
                "discard", deal.incident, round, "--keep", "--reason", "r", "--yes", "--json")
            #expect(try twice.decoded(as: [PrintedResult].self).map(\.outcome) == ["done"], "one case, once")
            #expect(try await desk.value("SELECT state FROM handoffs") == "discarded")
            #expect(try await desk.baton("show", round).output.contains("O-1 / C-1 / version 1"))
            #expect(try await desk.requeue("log").output.contains("case \(deal.incident)"))
        }
    }

    @Test(
        "SUP-2.4 age, order and filters go by when the trouble began, in every round", .timeLimit(.minutes(1)))
    func since() async throws {
        try await SupportDesk.with { desk in
            let old = try await desk.park {
                $0.opportunity = "O-old"
                $0.minutesAgo = 200
            }
            try await desk.park {
                $0.opportunity = "O-new"
                $0.minutesAgo = 5
            }
            #expect(try await desk.requeue("send", old.incident, "--yes").status == 0)
            try await old.failAgain(at: desk)
            let listed = try await desk.requeue("list", "--json").decoded(as: [ListedIncident].self)
            #expect(listed.map(\.opportunity) == ["O-old", "O-new"])
            #expect(listed.map(\.round) == [2, 1])
            let table = try await desk.requeue("list").output.split(separator: "\n")
            #expect(table[1].contains("  3h  "))
            let older = try await desk.requeue("list", "--json", "--older-than", "3h")
            #expect(try older.decoded(as: [ListedIncident].self).map(\.opportunity) == ["O-old"])
            let newer = try await desk.requeue("list", "--json", "--newer-than", "1m")
            #expect(try newer.decoded(as: [ListedIncident].self).map(\.opportunity) == ["O-old"], "it failed again now")
            try await desk.schema.database.script(
                """
                UPDATE handoffs SET since = now(), troubled_since = now() - interval '3 hours' WHERE opportunity = 'O-old';
                UPDATE handoffs SET troubled_since = since WHERE opportunity = 'O-new'
                """)
            let late = try await desk.baton("list", "--late", "--json").decoded(as: [ListedDeal].self)
            #expect(late.map(\.opportunity) == ["O-old", "O-new"])
        }
    }

    @Test(
        "SUP-2.8 an unknown owner, class, queue, step or state is refused with those that there are",
        .timeLimit(.minutes(1)),
        arguments: [
            ("--owner", "Finances", "sales_operations"), ("--class", "revenue_rule", "revenue_rule_missing"),
            ("--queue", "deal-event", "deal-events"), ("--step", "make-project", "create-project"),
        ])
    func unknown(option: String, value: String, known: String) async throws {
        try await SupportDesk.with { (desk) async throws in
            let listed = try await desk.requeue("list", option, value)
            #expect(listed.status == 64 && listed.words.contains(known), "\(listed.words)")
            #expect(try await desk.requeue("send", "--all-matching", option, value, "--yes").status == 64)
        }
    }

    @Test("SUP-2.8 a team is known in both spellings, and a step with its instance or without", .timeLimit(.minutes(1)))
    func spellings() async throws {
        try await SupportDesk.with { desk in
            try await desk.park {
                $0.owner = "sales_operations"
                $0.step = "create-tasks/PLAN"
            }
            func count(_ arguments: String...) async throws -> Int {
                try await desk.requeue(["list", "--json"] + arguments).decoded(as: [ListedIncident].self).count
            }
            for owner in ["sales operations", "sales_operations", "Sales Operations"] {
                #expect(try await count("--owner", owner) == 1, "\(owner)")
            }
            #expect(try await count("--step", "create-tasks") == 1)
            #expect(try await count("--step", "create-tasks/PLAN") == 1)
            #expect(try await count("--step", "create-tasks/BUILD") == 0)
            #expect(try await count("--step", "create-project") == 0)
            let wrong = try await desk.baton("list", "--owner", "nobody")
            #expect(wrong.status == 64 && wrong.words.contains("project_operations"))
            #expect(try await desk.baton("list", "--state", "rejectd").status == 64)
            let mine = try await desk.baton("list", "--owner", "sales operations", "--json")
            #expect(try mine.decoded(as: [ListedDeal].self).count == 1)
        }
    }

    @Test(
        "SUP-2.12 the footer tells what is held up apart from what goes on all the same", .timeLimit(.minutes(1)))
    func money() async throws {
        try await SupportDesk.with { desk in
            try await desk.park { $0.total = 266_400 }
            let finished = try await desk.park {
                $0.opportunity = "O-2"
                $0.total = 99_000_000
            }
            try await desk.schema.database.script(
                """
                UPDATE handoffs SET state = 'finished', cause = NULL WHERE id = '\(finished.handoff)';
                UPDATE incidents SET class = 'conflict', blocking = false WHERE id = '\(finished.incident)';
                INSERT INTO incidents (id, cause, queue, class, owner, blocking, story, correlation_id, opened_at,
                    opportunity, contract, version, total_minor, currency)
                SELECT gen_random_uuid(), 'raw/deal-events/' || n || '/0', 'deal-events', 'mandatory_missing',
                    'sales_operations', false, 's', 'c', now(), 'O-3', 'C-3', 1, 14400000, 'USD'
                FROM generate_series(1, 2) AS n
                """)
            let words = try await desk.requeue("list").words
            #expect(
                words.contains(
                    "4 open incidents, 2664.00 EUR and 144000.00 USD held up; 990000.00 EUR of deals that go on all the same"
                ), "\(words)")
        }
    }

    @Test(
        "SUP-2.1 a status that the CRM will not show is found under its deal, and is no refused deal",
        .timeLimit(.minutes(1)))
    func refusedStatus() async throws {
        try await SupportDesk.with { desk in
            try await desk.schema.database.script(
                """
                INSERT INTO incidents (id, cause, queue, class, owner, blocking, story, correlation_id, opened_at,
                    opportunity, contract, version, total_minor, currency)
                VALUES (gen_random_uuid(), 'mirror/CRM/handoff/O-1/1', 'status-feedback', 'status_refused', 'integration',
                    false, 'no such opportunity', 'c', now(), 'O-1', 'C-1', 1, 100, 'EUR')
                """)
            let shown = try await desk.baton("show", "O-1").output
            #expect(shown.contains("(status_refused, open), decided by integration: no such opportunity"))
            #expect(!shown.contains("rejected"))
            let listed = try await desk.requeue("list", "--deal", "O-1")
            #expect(listed.output.contains("O-1/C-1/1"))
            #expect(listed.words.contains("1 open incident; 1.00 EUR of deals that go on all the same"))
            #expect(try await desk.baton("list", "--late", "--json").decoded(as: [ListedDeal].self).isEmpty)
        }
    }

    @Test("SUP-2.14 a pause that somebody forgot is told wherever deals wait for it", .timeLimit(.minutes(1)))
    func pauses() async throws {
        try await SupportDesk.with { desk in
            try await desk.park()
            try await desk.schema.database.script(
                "UPDATE handoffs SET state = 'waiting', cause = 'paused', due_at = now() + interval '1 h'")
            #expect(try await desk.baton("pause", "target", "ERP", "--reason", "month-end").status == 0)
            let listed = try await desk.requeue("list")
            #expect(listed.words.contains("paused: target ERP, by anna since 20"))
            let shown = try await desk.baton("show", "O-1").output
            #expect(shown.contains("paused       target ERP, by anna since 20"))
            #expect(shown.contains("because month-end"))
        }
    }
}
