import PostgreSQL
import Support
import Testing
import Workers

@testable import Fleet

/// One after the other: 16 workers of each queue hold 128 connections, and the database has 300.
@Suite(.serialized) struct ManyWorkersTests {
    @Test(
        "H3 the attempts are counted in the store and equal the policy with 1, 6 and 16 workers",
        .timeLimit(.minutes(2)), arguments: [1, 6, 16])
    func attempts(workers: Int) async throws {
        var saga = LedgerSaga()
        saga.behaviours["project-provisioning"] = .throwing { _ in
            Unavailable(.failure, target: "LEDGER", reason: "down")
        }
        try await TestFleet.with(saga, workers: workers, limits: withoutBreaker) { fleet in
            _ = try await fleet.admissions.admit(arrival(event: "e1"))
            try await eventually("it is parked") { try await fleet.states() == ["parked": 1] }
            #expect(fleet.saga.calls.count("project-provisioning") == 4)
            let rows = try await fleet.schema.database.query(
                Statement(unprepared: "SELECT attempts FROM steps WHERE ordinal = 0"))
            #expect(try rows[0].value(0, as: Int32.self) == 4)
        }
    }

    @Test(
        "H5 a refusal takes one attempt with 1, 6 and 16 workers, and is never tried again by itself",
        .timeLimit(.minutes(2)), arguments: [1, 6, 16])
    func refused(workers: Int) async throws {
        var saga = LedgerSaga()
        saga.behaviours["billing-schedules"] = .throwing { _ in Refused(.revenueRuleMissing, "no rule for this line") }
        try await TestFleet.with(saga, workers: workers) { fleet in
            _ = try await fleet.admissions.admit(arrival(event: "e1"))
            try await eventually("it is parked") { try await fleet.states() == ["parked": 1] }
            try await fleet.schema.moveClock(byHours: 100)
            _ = try await fleet.admissions.admit(arrival(event: "e2", opportunity: "O-2", body: "elsewhere"))
            try await eventually("another went all the way meanwhile") {
                try await fleet.states() == ["parked": 1, "finished": 1]
            }
            #expect(fleet.saga.calls.count("billing-schedules") == 2, "one for each deal")
        }
    }
}
