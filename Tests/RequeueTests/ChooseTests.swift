import Foundation
import Support
import Testing

@Suite struct ChooseTests {
    @Test(
        "A6 a person chooses for a handoff that is parked while it is planned, and it is planned again",
        .timeLimit(.minutes(1)))
    func choose() async throws {
        try await SupportDesk.with { desk in
            let deal = try await desk.park(Self.duplicate)
            let chosen = try await desk.baton(
                "handoff", "choose", String(deal.handoff.prefix(13)), "--what", "customer", "--value", "CU-7",
                "--reason", "the other one moved away")
            #expect(chosen.status == 0, "\(chosen.words)")
            #expect(
                try await desk.value("SELECT concat_ws(' ', what, value, decided_by, why) FROM choices")
                    == "customer CU-7 anna the other one moved away")
            #expect(
                try await desk.value("SELECT abs(extract(epoch FROM now() - decided_at)) < 60 FROM choices") == "true")
            #expect(
                try await desk.value(
                    "SELECT concat_ws(' ', i.resolution, i.closed_by, h.state, h.requeues, h.planning_attempts) "
                        + "FROM incidents i JOIN handoffs h ON h.id = i.handoff_id")
                    == "chosen anna ready 1 0")
            #expect(
                try await desk.value("SELECT concat_ws(' ', act, actor, outcome, incident_id) FROM acts")
                    == "choose anna customer CU-7 \(deal.incident)")
            #expect(
                try await desk.value("SELECT entry FROM journal ORDER BY seq DESC LIMIT 1")
                    == #"{"choice":"customer","externalID":"CU-7","incident":"\#(deal.incident)","what":"chosen"}"#)
            try await desk.depth(of: "deal-events", reaches: 1)
            let shown = try await desk.baton("show", deal.handoff)
            #expect(shown.output.contains("customer = CU-7, by anna"))
            #expect(shown.output.contains("the other one moved away"))
            let again = try await desk.baton(
                "handoff", "choose", deal.handoff, "--what", "customer", "--value", "new", "--reason", "r")
            #expect(again.status == 4 && again.words.contains("the handoff is ready"))
            #expect(try await desk.value("SELECT value FROM choices") == "CU-7", "what is refused changes nothing")
        }
    }

    @Test(
        "A6 a later choice takes the place of an earlier one, and none is taken for a planned or a held handoff",
        .timeLimit(.minutes(1)))
    func limits() async throws {
        try await SupportDesk.with { desk in
            let deal = try await desk.park(Self.duplicate)
            for value in ["CU-7", "new"] {
                let chosen = try await desk.baton(
                    "handoff", "choose", deal.handoff, "--what", "customer", "--value", value, "--reason", "r")
                #expect(chosen.status == 0, "\(chosen.words)")
                try await desk.schema.database.script("UPDATE handoffs SET state = 'parked', due_at = NULL")
            }
            #expect(try await desk.value("SELECT string_agg(value, ',') FROM choices") == "new")
            let held = try await desk.park {
                Self.duplicate(&$0)
                $0.opportunity = "O-2"
            }
            #expect(try await desk.requeue("hold", held.short, "--reason", "I ask sales", "--yes").status == 0)
            let kept = try await desk.baton(
                "handoff", "choose", held.handoff, "--what", "customer", "--value", "new", "--reason", "r")
            #expect(kept.status == 4 && kept.words.contains("held by anna because I ask sales"))
            try await desk.schema.database.script(
                "INSERT INTO plans (handoff_id, hash, body) VALUES ('\(deal.handoff)', 'h', '{}')")
            let late = try await desk.baton(
                "handoff", "choose", deal.handoff, "--what", "customer", "--value", "new", "--reason", "r")
            #expect(late.status == 4 && late.words.contains("planned already"))
            #expect(
                try await desk.baton(
                    "handoff", "choose", "ffff", "--what", "customer", "--value", "new", "--reason", "r"
                ).status == 3)
            #expect(
                try await desk.baton(
                    "handoff", "choose", deal.handoff, "--what", "custmer", "--value", "new", "--reason", "r"
                ).status == 64)
        }
    }

    @Test("who chose is what the database says, and no worker can choose", .timeLimit(.minutes(1)))
    func stamped() async throws {
        try await SupportDesk.with { desk in
            let deal = try await desk.park(Self.duplicate)
            try await desk.schema.database.script(
                """
                INSERT INTO choices VALUES ('\(deal.handoff)', 'customer', 'CU-7', 'somebody else', '2020-01-01', 'r')
                """)
            #expect(
                try await desk.value(
                    "SELECT decided_by = session_user AND decided_at > now() - interval '1 h' FROM choices")
                    == "true")
            for privilege in ["INSERT", "UPDATE", "DELETE"] {
                let table = "'\"\(desk.schema.name)\".choices'"
                #expect(
                    try await desk.value("SELECT has_table_privilege('baton_worker', \(table), '\(privilege)')")
                        == "false")
            }
        }
    }

    private static func duplicate(_ deal: inout ParkedDeal) {
        deal.incidentClass = "duplicate_customer"
        deal.queue = "deal-events"
        deal.step = "-"
        deal.steps = []
    }
}
