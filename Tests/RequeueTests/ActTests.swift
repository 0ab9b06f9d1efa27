import Foundation
import Support
import Testing

/// What a program reads of each outcome.
struct PrintedResult: Decodable {
    var incident: String
    var outcome: String
    var sentence: String
}

@Suite struct ActTests {
    @Test(
        "I3 send makes the handoff ready with a clean count, and publishes its ticket; twice is harmless",
        .timeLimit(.minutes(1)))
    func sendOne() async throws {
        try await SupportDesk.with { desk in
            let deal = try await desk.park()
            let sent = try await desk.requeue("send", deal.short, "--yes", "--reason", "fixed in the ERP")
            #expect(sent.status == 0, "\(sent.words)")
            #expect(sent.output.contains("done: sent, not yet tried"))
            #expect(
                try await desk.value(
                    """
                    SELECT concat_ws(' ', state, requeues, takeovers, cause IS NULL, due_at > now() + interval '20 s')
                    FROM handoffs
                    """) == "ready 1 0 t t")
            #expect(
                try await desk.value("SELECT string_agg(attempts::text, ',' ORDER BY ordinal) FROM steps") == "3,0,0")
            #expect(
                try await desk.value("SELECT concat_ws(' ', state, resolution, closed_by, why) FROM incidents")
                    == "closed requeued anna fixed in the ERP")
            #expect(
                try await desk.value("SELECT concat(actor, ' ', entry) FROM journal ORDER BY seq DESC LIMIT 1")
                    == #"anna {"incident":"\#(deal.incident)","step":"create-project","what":"requeued"}"#)
            try await desk.depth(of: "project-provisioning", reaches: 1)
            let ticket = try await desk.letters(in: "project-provisioning")
            #expect(ticket.map { String(decoding: $0.body, as: UTF8.self) } == [#"{"handoff":"\#(deal.handoff)"}"#])

            let before = try await desk.everything()
            let again = try await desk.requeue("send", deal.short, "--yes")
            #expect(again.status == 0)
            #expect(again.output.contains("already sent by anna at 20"))
            #expect(try await desk.everything() == before)
            try await desk.depth(of: "project-provisioning", reaches: 0)
            let log = try await desk.requeue("log", deal.short)
            #expect(log.output.contains("anna  send") && log.output.contains("(fixed in the ERP)"))
        }
    }

    @Test("I3 each act is dry-runnable, and a dry run changes nothing", .timeLimit(.minutes(1)))
    func dryRun() async throws {
        try await SupportDesk.with { desk in
            let deal = try await desk.park()
            let before = try await desk.everything()
            let acts = [["send"], ["hold", "--reason", "r"], ["release"], ["discard", "--reason", "r", "--keep"]]
            for act in acts {
                for set in [[deal.short], ["--all-matching"]] where act != ["release"] || set == [deal.short] {
                    let printed = try await desk.requeue(act + set + ["--dry-run"])
                    #expect(printed.status == 0, "\(act) \(printed.words)")
                    #expect(printed.words.contains("dry run, nothing was done"))
                    #expect(printed.words.contains("1 matching incident, 1000.00 EUR"))
                }
            }
            #expect(try await desk.everything() == before)
        }
    }

    @Test("I3 all matching means the filters' set without held ones, and is not done unasked", .timeLimit(.minutes(1)))
    func allMatching() async throws {
        try await SupportDesk.with { desk in
            for number in 1...5 {
                try await desk.park {
                    $0.opportunity = "O-\(number)"
                    $0.incidentClass = number <= 3 ? "tax_unknown" : "target_refused"
                }
            }
            #expect(
                try await desk.requeue("hold", "--all-matching", "--deal", "O-2", "--reason", "asking", "--yes").status
                    == 0)
            let unasked = try await desk.requeue("send", "--all-matching", "--class", "tax_unknown")
            #expect(unasked.status == 64)
            #expect(unasked.words.contains("--yes"))
            #expect(try await desk.value("SELECT count(*) FROM handoffs WHERE state = 'ready'") == "0")
            let sent = try await desk.requeue("send", "--all-matching", "--class", "tax_unknown", "--yes", "--json")
            #expect(sent.status == 0)
            #expect(try sent.decoded(as: [PrintedResult].self).map(\.outcome) == ["done", "done"])
            #expect(
                try await desk.value(
                    "SELECT string_agg(opportunity, ',' ORDER BY opportunity) FROM handoffs WHERE state = 'ready'")
                    == "O-1,O-3")
            #expect(try await desk.requeue("send", "--all-matching", "--class", "tax_unknown", "--yes").status == 3)
            #expect(try await desk.requeue("send", "0123", "--yes").status == 3)
            #expect(try await desk.requeue("send", "--yes").status == 64)
            #expect(try await desk.requeue("send", "0123", "--class", "x", "--yes").status == 64)
        }
    }

    @Test("I3 a held incident is neither sent nor discarded until it is released", .timeLimit(.minutes(1)))
    func hold() async throws {
        try await SupportDesk.with { desk in
            let deal = try await desk.park()
            #expect(try await desk.requeue("hold", deal.short, "--reason", "waiting for finance", "--yes").status == 0)
            #expect(try await desk.requeue("list").output.contains("held *"))
            for act in [["send"], ["discard", "--keep", "--reason", "r"]] {
                let refused = try await desk.requeue(act + [deal.short, "--yes"])
                #expect(refused.status == 4)
                #expect(refused.output.contains("held by anna since 20"))
                #expect(refused.output.contains("because waiting for finance: release it first"))
            }
            let twice = try await desk.requeue("hold", deal.short, "--reason", "other", "--yes")
            #expect(twice.status == 0 && twice.output.contains("already held by anna"))
            #expect(try await desk.requeue("release", deal.short, "--yes").status == 0)
            #expect(try await desk.requeue("release", deal.short, "--yes").output.contains("already released by"))
            #expect(try await desk.requeue("send", deal.short, "--yes").status == 0)
        }
    }

    @Test("I3 of two people at once one acts, and the other is told who did", .timeLimit(.minutes(1)))
    func twoAtOnce() async throws {
        try await SupportDesk.with { desk in
            try await desk.withRole(in: "baton_reader, baton_operator") { clerk in
                var deals: [ParkedDeal] = []
                for number in 1...30 { deals.append(try await desk.park { $0.opportunity = "O-\(number)" }) }
                async let one = desk.requeue("send", "--all-matching", "--yes", "--json")
                async let other = desk.requeue("send", "--all-matching", "--yes", "--json", as: clerk)
                var results: [String: [PrintedResult]] = [:]
                for printed in [try await one, try await other] where printed.status != 3 {
                    #expect(printed.status == 0, "\(printed.words)")
                    for result in try printed.decoded(as: [PrintedResult].self) {
                        results[result.incident, default: []].append(result)
                    }
                }
                #expect(results.count == deals.count)
                for result in results.values {
                    #expect(result.count { $0.outcome == "done" } == 1)
                    let late = result.filter { $0.outcome != "done" }
                    #expect(late.allSatisfy { $0.sentence.contains("already sent by") })
                }
                #expect(
                    try await desk.value("SELECT concat(count(*), max(requeues)) FROM handoffs WHERE state = 'ready'")
                        == "301")
            }
        }
    }

    @Test("a role that may only read is told so in a sentence, and changes nothing", .timeLimit(.minutes(1)))
    func readerOnly() async throws {
        try await SupportDesk.with { desk in
            let deal = try await desk.park()
            try await desk.withRole(in: "baton_reader") { reader in
                let before = try await desk.everything()
                #expect(try await desk.requeue("list", as: reader).status == 0)
                #expect(try await desk.requeue("show", deal.short, as: reader).status == 0)
                #expect(try await desk.requeue("send", deal.short, "--dry-run", as: reader).status == 0)
                for act in ["send", "release"] {
                    let refused = try await desk.requeue(act, deal.short, "--yes", as: reader)
                    #expect(refused.status == 1)
                    #expect(refused.words.contains("your database role may not do this"))
                    #expect(refused.words.contains("baton_operator"))
                }
                #expect(try await desk.everything() == before)
            }
        }
    }

    @Test(
        "with no broker the handoff is ready all the same, and the person is told when a worker looks",
        .timeLimit(.minutes(1)))
    func noBroker() async throws {
        try await SupportDesk.with { desk in
            let deal = try await desk.park()
            let sent = try await desk.requeue(
                "send", deal.short, "--yes", broker: "amqp://guest:guest@127.0.0.1:9/%2F")
            #expect(sent.status == 0)
            #expect(sent.output.contains("the worker will look within 30 s"))
            #expect(try await desk.value("SELECT state FROM handoffs") == "ready")
        }
    }
}
