import Foundation
import Support
import Testing

@Suite struct DiscardTests {
    @Test(
        "I3 a discard says what exists, and is refused until the person says what becomes of it",
        .timeLimit(.minutes(1)))
    func mustSay() async throws {
        try await SupportDesk.with { desk in
            let deal = try await desk.park()
            let refused = try await desk.requeue("discard", deal.short, "--reason", "not sold", "--yes")
            #expect(refused.status == 4)
            #expect(refused.output.contains("create-customer CU-1"))
            #expect(try await desk.value("SELECT state FROM handoffs") == "parked")
            #expect(try await desk.requeue("discard", deal.short, "--yes", "--keep").status == 64, "a reason is needed")
            #expect(
                try await desk.requeue("discard", deal.short, "--yes", "--keep", "--undo", "--reason", "r").status == 64
            )
        }
    }

    @Test("I3 discard keeping closes the handoff, and releases the next version in the lane", .timeLimit(.minutes(1)))
    func keep() async throws {
        try await SupportDesk.with { desk in
            let deal = try await desk.park()
            try await desk.schema.database.script(
                """
                INSERT INTO handoffs (id, saga, opportunity, contract, version, kind, content_hash, correlation_id,
                    state, queue, since, created_at)
                SELECT gen_random_uuid(), 'deal-handoff', 'O-1', 'C-1', n, 'complete', 'h', 'c', 'behind',
                    'deal-events', now(), now() FROM generate_series(2, 3) AS n
                """)
            let done = try await desk.requeue("discard", deal.short, "--reason", "not sold", "--keep", "--yes")
            #expect(done.status == 0, "\(done.output)")
            #expect(
                try await desk.value("SELECT string_agg(state, ',' ORDER BY version) FROM handoffs")
                    == "discarded,ready,behind")
            #expect(
                try await desk.value(
                    "SELECT concat_ws(',', state, kept_because, kept_owner) FROM steps WHERE ordinal = 0")
                    == "kept,not sold,finance")
            #expect(try await desk.value("SELECT concat(resolution, ' ', why) FROM incidents") == "discarded not sold")
            try await desk.depth(of: "deal-events", reaches: 1)
            let again = try await desk.requeue("discard", deal.short, "--reason", "x", "--keep", "--yes")
            #expect(again.status == 0 && again.output.contains("already discarded by anna"))
            #expect(try await desk.baton("journal", "verify").status == 0)
        }
    }

    @Test(
        "a discard while it is not known what took effect is refused with the way to find out", .timeLimit(.minutes(1)))
    func inDoubt() async throws {
        try await SupportDesk.with { desk in
            let deal = try await desk.park { $0.steps[1].state = "intent" }
            let refused = try await desk.requeue("discard", deal.short, "--reason", "r", "--keep", "--yes")
            #expect(refused.status == 4)
            #expect(
                refused.output.contains(
                    "it is not known whether create-project took effect; requeue to find out"))
            #expect(try await desk.value("SELECT state FROM handoffs") == "parked")
        }
    }

    @Test("discard undoing turns the handoff back, but not past the point of no return", .timeLimit(.minutes(1)))
    func undo() async throws {
        try await SupportDesk.with { desk in
            let deal = try await desk.park()
            try await desk.schema.database.script("UPDATE steps SET undo_attempts = 2")
            #expect(try await desk.requeue("discard", deal.short, "--reason", "r", "--undo", "--yes").status == 0)
            #expect(
                try await desk.value("SELECT concat_ws(' ', state, direction, requeues) FROM handoffs")
                    == "ready undo 1")
            #expect(try await desk.value("SELECT max(undo_attempts) FROM steps") == "0")
            #expect(try await desk.value("SELECT resolution FROM incidents") == "undo")
            for state in ["intent", "done"] {
                let late = try await desk.park {
                    $0.opportunity = "O-\(state)"
                    $0.steps[2].state = state
                }
                let refused = try await desk.requeue("discard", late.short, "--reason", "r", "--undo", "--yes")
                #expect(refused.status == 4)
                #expect(refused.output.contains("past the point of no return"))
            }
        }
    }

    @Test("a cancellation cannot be discarded; the step that will not go back can be kept", .timeLimit(.minutes(1)))
    func cancellation() async throws {
        try await SupportDesk.with { desk in
            let sold = try await desk.park {
                $0.steps[1] = .init(name: "create-project", state: "done", externalID: "P-1")
            }
            try await desk.schema.database.script(
                """
                UPDATE incidents SET state = 'closed', resolution = 'cancelled', closed_by = 'x', closed_at = now();
                UPDATE handoffs SET state = 'stopped', closed_at = now();
                """)
            let cancel = try await desk.park {
                $0.kind = "cancel"
                $0.version = 2
                $0.direction = "undo"
                $0.incidentClass = "undo_refused"
                $0.steps = []
            }
            for flags in [["--undo"], []] {
                let printed = try await desk.requeue(["discard", cancel.short, "--reason", "r", "--yes"] + flags)
                #expect(printed.status == 4)
                #expect(printed.output.contains("a cancellation cannot be discarded"))
            }
            let kept = try await desk.requeue("discard", cancel.short, "--reason", "invoiced", "--keep", "--yes")
            #expect(kept.status == 0, "\(kept.output)")
            #expect(
                try await desk.value(
                    "SELECT string_agg(state, ',' ORDER BY ordinal) FROM steps WHERE handoff_id = '\(sold.handoff)'")
                    == "done,kept,planned")
            #expect(
                try await desk.value("SELECT concat_ws(' ', state, direction) FROM handoffs WHERE version = 2")
                    == "ready undo")
            #expect(try await desk.value("SELECT resolution FROM incidents WHERE id = '\(cancel.incident)'") == "kept")
        }
    }
}
