import PostgreSQL
import Support
import Testing

@testable import Fleet

@Suite struct LimitTests {
    @Test("a handoff whose workers end without an outcome is parked, not tried for ever", .timeLimit(.minutes(1)))
    func takeovers() async throws {
        try await isParked(as: "takeovers_used_up", after: "UPDATE handoffs SET takeovers = 5")
    }

    @Test("a handoff past its maximal age is parked", .timeLimit(.minutes(1)))
    func age() async throws {
        try await isParked(as: "age_used_up", after: "UPDATE handoffs SET active_since = now() - interval '73 hours'")
    }

    @Test("one take-over and one hour short of the limits it goes on", .timeLimit(.minutes(1)))
    func belowLimits() async throws {
        try await TestFleet.with { fleet in
            let intake = IntakeTransactions(
                database: fleet.schema.database, limits: TimeLimits(), saga: "ledger", queue: "deal-events")
            _ = try await intake.admit([arrival(event: "e1")])
            try await fleet.schema.database.script(
                "UPDATE handoffs SET takeovers = 4, active_since = now() - interval '71 hours', due_at = now()")
            try await eventually("it is finished") { try await fleet.states() == ["finished": 1] }
        }
    }

    /// Records a handoff, changes its row before its ticket is published, and sees how it ends.
    private func isParked(as incidentClass: String, after change: String) async throws {
        try await TestFleet.with { fleet in
            let intake = IntakeTransactions(
                database: fleet.schema.database, limits: TimeLimits(), saga: "ledger", queue: "deal-events")
            _ = try await intake.admit([arrival(event: "e1")])
            try await fleet.schema.database.script("\(change), due_at = now()")
            try await eventually("it is parked") { try await fleet.states() == ["parked": 1] }
            let rows = try await fleet.schema.database.query(
                Statement(unprepared: "SELECT class FROM incidents WHERE state = 'open' AND blocking"))
            #expect(try rows.map { try $0.value(0, as: String.self) } == [incidentClass])
            #expect(fleet.saga.ledger.counts.isEmpty, "nothing was called")
        }
    }
}
