import PostgreSQL
import Sagas
import Support
import Testing
import Workers

@testable import Fleet

@Suite struct UndoTests {
    @Test(
        "C13 on a refusal that is to be undone, what came before is undone last first, and people are told",
        .timeLimit(.minutes(1)))
    func refused() async throws {
        var saga = LedgerSaga()
        saga.onRefusal = .undo
        saga.behaviours["status-feedback"] = .throwing { _ in Refused(.targetRefused, "never") }
        try await TestFleet.with(saga) { fleet in
            _ = try await fleet.admissions.admit(arrival(event: "e1"))
            try await eventually("it is undone") { try await fleet.states() == ["compensated": 1] }
            let history = fleet.saga.ledger.history
            #expect(history.count == 4 && fleet.saga.ledger.standing.isEmpty)
            #expect(history.suffix(2).map { $0.dropFirst() } == history.prefix(2).reversed().map { $0.dropFirst() })
            #expect(
                try await fleet.value("SELECT concat(class, blocking, step) FROM incidents WHERE state = 'open'")
                    == "target_refusedfledger/status-feedback")
            #expect(
                try await fleet.value("SELECT string_agg(state, ' ' ORDER BY ordinal) FROM steps")
                    == "undone undone planned")
        }
    }

    @Test("C13 a lost answer of a compensation is read back, never guessed", .timeLimit(.minutes(1)))
    func lostAnswer() async throws {
        var saga = LedgerSaga()
        saga.onRefusal = .undo
        saga.behaviours["status-feedback"] = .throwing { _ in Refused(.targetRefused, "never") }
        saga.undoBehaviours["project-provisioning"] = .loseAnswer { $0 == 1 }
        try await TestFleet.with(saga) { fleet in
            _ = try await fleet.admissions.admit(arrival(event: "e1"))
            try await eventually("it is undone") { try await fleet.states() == ["compensated": 1] }
            #expect(fleet.saga.calls.count("undo project-provisioning") == 1)
            #expect(fleet.saga.ledger.history.count == 4)
        }
    }

    @Test("C13 a failing compensation is retried, then surfaced, and goes on once requeued", .timeLimit(.minutes(1)))
    func failing() async throws {
        var saga = LedgerSaga()
        saga.onRefusal = .undo
        saga.behaviours["status-feedback"] = .throwing { _ in Refused(.targetRefused, "never") }
        saga.undoBehaviours["billing-schedules"] = .throwing { call in
            call <= 4 ? Unavailable(.failure, target: "billing-schedules", reason: "down") : nil
        }
        try await TestFleet.with(saga, limits: withoutBreaker) { fleet in
            _ = try await fleet.admissions.admit(arrival(event: "e1"))
            try await eventually("a person is asked") { try await fleet.states() == ["parked": 1] }
            #expect(fleet.saga.calls.count("undo billing-schedules") == 4, "the policy's attempts")
            #expect(
                try await fleet.value("SELECT concat(class, direction, step) FROM incidents WHERE blocking")
                    == "attempts_used_upundoledger/billing-schedules")
            try await fleet.requeue()
            try await eventually("it is undone") { try await fleet.states() == ["compensated": 1] }
            #expect(fleet.saga.ledger.standing.isEmpty)
        }
    }

    @Test("past the point of no return a refusal asks a person and undoes nothing", .timeLimit(.minutes(1)))
    func pastReturn() async throws {
        var saga = LedgerSaga()
        saga.onRefusal = .undo
        saga.finalQueues = ["billing-schedules", "status-feedback"]
        saga.behaviours["status-feedback"] = .throwing { _ in Refused(.targetRefused, "no") }
        try await TestFleet.with(saga) { fleet in
            _ = try await fleet.admissions.admit(arrival(event: "e1"))
            try await eventually("a person is asked") { try await fleet.states() == ["parked": 1] }
            #expect(fleet.saga.ledger.standing.count == 2)
        }
    }

    @Test(
        "C13 a cancellation at any moment leaves nothing, undone last first", .timeLimit(.minutes(2)),
        arguments: ["deal-events"] + LedgerSaga.queues)
    func cancelled(stage: String) async throws {
        try await TestFleet.with { fleet in
            try await fleet.pause(stage)
            _ = try await fleet.admissions.admit(arrival(event: "e1"))
            try await eventually("it stands before \(stage)") {
                try await fleet.value("SELECT concat(state, queue) FROM handoffs") == "ready" + stage
            }
            _ = try await fleet.admissions.admit(cancellation(event: "e2", version: 2))
            #expect(try await fleet.value("SELECT state FROM handoffs WHERE version = 1") == "stopped")
            try await fleet.resume()
            try await eventually("nothing is open") {
                try await fleet.value("SELECT count(*) FROM handoffs WHERE open") == "0"
            }
            #expect(fleet.saga.ledger.standing.isEmpty)
            let history = fleet.saga.ledger.history
            let half = history.count / 2
            #expect(
                history.suffix(half).map { $0.dropFirst() } == history.prefix(half).reversed().map { $0.dropFirst() })
            let made = LedgerSaga.queues.firstIndex(of: stage) ?? 0
            #expect(half == made, "everything before \(stage) was made")
            #expect(
                try await fleet.value("SELECT state FROM handoffs WHERE kind = 'cancel'")
                    == (stage == "deal-events" ? "finished" : "compensated"))
            let late = try await fleet.admissions.admit(arrival(event: "e3", version: 1, hash: "other"))
            #expect(late.outcome == .conflict)
        }
    }

    @Test(
        "a cancellation after the point of no return waits for a person, and undoes nothing before",
        .timeLimit(.minutes(1)))
    func approval() async throws {
        var saga = LedgerSaga()
        saga.finalQueues = ["status-feedback"]
        try await TestFleet.with(saga) { fleet in
            _ = try await fleet.admissions.admit(arrival(event: "e1"))
            try await eventually("it is finished") { try await fleet.states() == ["finished": 1] }
            _ = try await fleet.admissions.admit(cancellation(event: "e2", version: 2))
            try await eventually("it waits for a person") { try await fleet.states() == ["finished": 1, "waiting": 1] }
            #expect(fleet.saga.ledger.standing.count == 3)
            try await fleet.schema.database.script(
                """
                INSERT INTO approvals (handoff_id, gate, plan_hash, requester, decided_by, decision, decided_at)
                SELECT id, split_part(cause, ':', 2), split_part(cause, ':', 3), 'sales', 'finance', 'approved', now()
                FROM handoffs WHERE state = 'waiting';
                UPDATE handoffs SET state = 'ready', due_at = clock(now()) WHERE state = 'waiting';
                """)
            try await eventually("it is undone") { try await fleet.states() == ["finished": 1, "compensated": 1] }
            #expect(fleet.saga.ledger.standing.isEmpty)
        }
    }

    @Test("a deal that comes after its own cancellation is stale", .timeLimit(.minutes(1)))
    func cancelledBefore() async throws {
        try await TestFleet.with { fleet in
            _ = try await fleet.admissions.admit(cancellation(event: "e2", version: 2))
            try await eventually("nothing was to be undone") { try await fleet.states() == ["finished": 1] }
            #expect(try await fleet.admissions.admit(arrival(event: "e1")).outcome == .stale)
            #expect(fleet.saga.ledger.history.isEmpty)
        }
    }

    @Test(
        "H13 a step is completed by hand: what a person named is asked for at the target, then the saga goes on",
        .timeLimit(.minutes(1)))
    func adopted() async throws {
        var saga = LedgerSaga()
        saga.behaviours["billing-schedules"] = .throwing { _ in Refused(.targetRefused, "never") }
        try await TestFleet.with(saga) { fleet in
            _ = try await fleet.admissions.admit(arrival(event: "e1"))
            try await eventually("a person is asked") { try await fleet.states() == ["parked": 1] }
            try await fleet.schema.database.script("UPDATE steps SET adopt_id = 'nobody made this' WHERE ordinal = 1")
            try await fleet.requeue()
            try await eventually("the target does not know it") {
                try await fleet.value("SELECT class FROM incidents WHERE state = 'open'") == "adoption_unconfirmed"
            }
            #expect(try await fleet.value("SELECT concat(state, adopt_id) FROM steps WHERE ordinal = 1") == "planned")
            fleet.saga.ledger.write("made by hand")
            try await fleet.schema.database.script("UPDATE steps SET adopt_id = 'made by hand' WHERE ordinal = 1")
            try await fleet.requeue()
            try await eventually("it is finished") { try await fleet.states() == ["finished": 1] }
            #expect(try await fleet.value("SELECT external_id FROM steps WHERE ordinal = 1") == "made by hand")
            #expect(fleet.saga.calls.count("billing-schedules") == 1, "never called again")
        }
    }
}

/// An event that calls a contract off.
func cancellation(event: String, opportunity: String = "O-1", version: Int) -> Arrival {
    Arrival(
        source: "test", eventID: event, correlationID: "c-\(event)", opportunity: opportunity, contract: "C-1",
        version: version, kind: .cancel, body: "cancelled", contentHash: "cancelled", customer: "", totalMinor: 0,
        currency: "XXX")
}
