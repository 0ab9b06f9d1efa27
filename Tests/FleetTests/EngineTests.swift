import PostgreSQL
import Support
import Testing
import Workers

@testable import Fleet

@Suite struct EngineTests {
    @Test("deals pass through four queues, and each step takes effect once", .timeLimit(.minutes(2)))
    func wholeWay() async throws {
        try await TestFleet.with(workers: 2) { fleet in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<40 {
                    group.addTask {
                        _ = try await fleet.admissions.admit(arrival(event: "e\(number)", opportunity: "O-\(number)"))
                    }
                }
                try await group.waitForAll()
            }
            try await eventually("all are finished") { try await fleet.states() == ["finished": 40] }
            #expect(fleet.saga.ledger.counts == Array(repeating: 1, count: 120))
        }
    }

    @Test("a lost answer is read back, never repeated", .timeLimit(.minutes(2)))
    func lostAnswer() async throws {
        var saga = LedgerSaga()
        saga.behaviours["billing-schedules"] = .loseAnswer { $0 == 1 }
        try await TestFleet.with(saga) { fleet in
            _ = try await fleet.admissions.admit(arrival(event: "e1"))
            try await eventually("it is finished") { try await fleet.states() == ["finished": 1] }
            #expect(fleet.saga.ledger.counts == [1, 1, 1])
            #expect(fleet.saga.calls.count("billing-schedules") == 1)
        }
    }

    @Test(
        "H3 the attempts are counted in the store and equal the policy with 1, 6 and 16 workers",
        .timeLimit(.minutes(2)), arguments: [1, 6, 16])
    func attempts(workers: Int) async throws {
        var saga = LedgerSaga()
        saga.behaviours["project-provisioning"] = .throwing { _ in
            Unavailable(.failure, target: "LEDGER", reason: "down")
        }
        try await TestFleet.with(saga, workers: workers) { fleet in
            _ = try await fleet.admissions.admit(arrival(event: "e1"))
            try await eventually("it is parked") { try await fleet.states() == ["parked": 1] }
            #expect(fleet.saga.calls.count("project-provisioning") == 4)
            let rows = try await fleet.schema.database.query(
                Statement(unprepared: "SELECT attempts FROM steps WHERE ordinal = 0"))
            #expect(try rows[0].value(0, as: Int32.self) == 4)
        }
    }
}
