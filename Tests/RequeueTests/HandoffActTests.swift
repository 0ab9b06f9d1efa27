import Foundation
import Support
import Testing

@Suite struct HandoffActTests {
    @Test("a step adopts what was made by hand, and the handoff goes on", .timeLimit(.minutes(1)))
    func adopt() async throws {
        try await SupportDesk.with { desk in
            let doubtful = try await desk.park {
                $0.opportunity = "O-doubt"
                $0.steps[1].state = "intent"
            }
            let early = try await desk.baton(
                "handoff", "adopt", "create-project", "--handoff", doubtful.handoff, "--id", "P-8")
            #expect(early.status == 4 && early.words.contains("it is not known whether create-project took effect"))
            let deal = try await desk.park()
            let handoff = String(deal.handoff.prefix(13))
            for (step, status) in [("create-customer", 4), ("activate-project", 4), ("nothing", 4)] {
                let refused = try await desk.baton("handoff", "adopt", step, "--handoff", handoff, "--id", "P-9")
                #expect(refused.status == Int32(status), "\(step): \(refused.words)")
                #expect(refused.words.contains("refused: "))
            }
            #expect(try await desk.baton("handoff", "adopt", "x", "--handoff", "ffff", "--id", "P-9").status == 3)
            let done = try await desk.baton(
                "handoff", "adopt", "create-project", "--handoff", handoff, "--id", "P-9", "--reason", "made by hand")
            #expect(done.status == 0, "\(done.words)")
            #expect(
                try await desk.value(
                    "SELECT concat_ws(' ', adopt_id, state, attempts) FROM steps "
                        + "WHERE ordinal = 1 AND handoff_id = '\(deal.handoff)'")
                    == "P-9 planned 0", "it counts only once the target knows it")
            #expect(
                try await desk.value(
                    "SELECT concat_ws(' ', i.resolution, h.state, h.requeues) FROM incidents i "
                        + "JOIN handoffs h ON h.id = i.handoff_id WHERE h.id = '\(deal.handoff)'")
                    == "adopted ready 1")
            try await desk.depth(of: "project-provisioning", reaches: 1)
            let other = try await desk.park {
                $0.opportunity = "O-2"
                $0.steps[1].externalID = nil
            }
            try await desk.schema.database.script(
                "UPDATE steps SET external_id = 'P-9' WHERE handoff_id = '\(deal.handoff)' AND ordinal = 1")
            let taken = try await desk.baton(
                "handoff", "adopt", "create-project", "--handoff", other.handoff, "--id", "P-9")
            #expect(taken.status == 4 && taken.words.contains(deal.handoff))
        }
    }

    @Test(
        "an approval is given once, by somebody else than who asked, for the plan that there is",
        .timeLimit(.minutes(1)))
    func approve() async throws {
        try await SupportDesk.with { desk in
            let deal = try await desk.park()
            #expect(try await desk.baton("approve", deal.handoff, "--reason", "r").status == 4)
            func wait(source: String) async throws {
                try await desk.schema.database.script(
                    """
                    UPDATE handoffs SET state = 'waiting', cause = 'approval:cancel:abc', due_at = now() + interval '1 d';
                    DELETE FROM events;
                    INSERT INTO events (source, event_id, content_hash, outcome, correlation_id, handoff_id, received_at)
                    VALUES ('\(source)', 'e', 'h', 'accepted', 'c', '\(deal.handoff)', now())
                    """)
            }
            try await wait(source: "anna")
            let own = try await desk.baton("approve", deal.handoff, "--reason", "r")
            #expect(own.status == 4 && own.words.contains("somebody else has to decide"))
            try await wait(source: "salesforce")
            #expect(try await desk.baton("approve", deal.handoff, "--gate", "other", "--reason", "r").status == 4)
            let done = try await desk.baton("approve", deal.handoff, "--gate", "cancel", "--reason", "customer agreed")
            #expect(done.status == 0, "\(done.words)")
            #expect(
                try await desk.value(
                    "SELECT concat_ws(' ', gate, plan_hash, requester, decided_by, decision) FROM approvals")
                    == "cancel abc publisher:salesforce anna approved")
            #expect(try await desk.value("SELECT state FROM handoffs") == "ready")
            try await wait(source: "salesforce")
            let again = try await desk.baton("approve", deal.handoff, "--reason", "r", "--reject")
            #expect(again.status == 4 && again.words.contains("already approved by anna at 20"))
            #expect(try await desk.value("SELECT state FROM handoffs") == "waiting")
            #expect(try await desk.baton("journal", "verify").status == 0)
        }
    }

    @Test("a pause says who and why, and a resume makes due what waited for it", .timeLimit(.minutes(1)))
    func pause() async throws {
        try await SupportDesk.with { desk in
            for number in 1...3 { try await desk.park { $0.opportunity = "O-\(number)" } }
            try await desk.schema.database.script(
                """
                UPDATE handoffs SET due_at = now() + interval '1 hour', state = 'ready' WHERE opportunity = 'O-1';
                UPDATE handoffs SET due_at = now() + interval '1 hour', state = 'waiting', cause = 'paused'
                    WHERE opportunity = 'O-2';
                UPDATE handoffs SET due_at = now() + interval '1 hour', state = 'waiting', cause = 'failure'
                    WHERE opportunity = 'O-3';
                """)
            let due = "SELECT string_agg(opportunity, ',') FROM handoffs WHERE due_at <= clock_timestamp()"
            #expect(try await desk.baton("pause", "queue", "nonsense", "--reason", "r").status == 64)
            #expect(try await desk.baton("pause", "queue", "project-provisioning", "--reason", "month end").status == 0)
            let twice = try await desk.baton("pause", "queue", "project-provisioning", "--reason", "other")
            #expect(twice.status == 0 && twice.output.contains("already paused by anna since 20"))
            #expect(try await desk.baton("pauses").output.contains("month end"))
            #expect(try await desk.value(due) == nil)
            let resumed = try await desk.baton("resume", "queue", "project-provisioning")
            #expect(resumed.output.contains("1 handoffs are due now"))
            #expect(try await desk.value(due) == "O-1")
            #expect(try await desk.baton("pause", "target", "ERP", "--reason", "upgrade").status == 0)
            #expect(try await desk.baton("resume", "target", "ERP").status == 0)
            #expect(try await desk.value(due) == "O-1,O-2")
            #expect(try await desk.baton("resume", "target", "ERP").output.contains("is not paused"))
            #expect(
                try await desk.value("SELECT string_agg(act || ' ' || outcome, ',' ORDER BY id) FROM acts")
                    == "pause queue project-provisioning,resume queue project-provisioning,pause target ERP,resume target ERP"
            )
        }
    }

    @Test(
        "I9 every waiting or parked handoff is listed with one of four causes and since when", .timeLimit(.minutes(1)))
    func late() async throws {
        struct Line: Decodable {
            var opportunity: String
            var lateBecause: String?
            var since: Date
        }
        try await SupportDesk.with { desk in
            let causes = ["approval:cancel:h", "failure", "throttled", "accepted", "claimed", "settling", "paused"]
            for cause in causes {
                try await desk.park { $0.opportunity = cause }
                try await desk.schema.database.script(
                    "UPDATE handoffs SET state = 'waiting', cause = '\(cause)', due_at = now() WHERE opportunity = '\(cause)'"
                )
            }
            for incidentClass in ["tax_unknown", "not_approved", "attempts_used_up", "target_refused"] {
                try await desk.park {
                    $0.opportunity = incidentClass
                    $0.incidentClass = incidentClass
                    $0.minutesAgo = 600
                }
            }
            try await desk.schema.database.script(
                """
                INSERT INTO handoffs (id, saga, opportunity, contract, version, kind, content_hash, correlation_id,
                    state, queue, since, created_at)
                VALUES (gen_random_uuid(), 's', 'on time', 'C', 1, 'complete', 'h', 'c', 'finished', 'q', now(), now());
                INSERT INTO deals SELECT id, '{}', 'x', 1, 'EUR' FROM handoffs WHERE opportunity = 'on time';
                """)
            let lines = try await desk.baton("list", "--late", "--json").decoded(as: [Line].self)
            let found = Dictionary(lines.map { ($0.opportunity, $0.lateBecause) }) { one, _ in one }
            #expect(
                found == [
                    "approval:cancel:h": "approval", "failure": "API failure", "throttled": "API failure",
                    "accepted": "downstream processing", "claimed": "downstream processing",
                    "settling": "downstream processing", "paused": "downstream processing",
                    "tax_unknown": "data quality", "not_approved": "approval", "attempts_used_up": "API failure",
                    "target_refused": "downstream processing",
                ])
            #expect(lines.map(\.since) == lines.map(\.since).sorted(), "the longest first")
            #expect(try await desk.baton("list").output.contains("on time"))
            #expect(try await desk.baton("list", "--late").output.contains("LATE THROUGH"))
            #expect(try await desk.baton("show", "tax_unknown").output.contains("late through data quality"))
        }
    }
}
