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
        "H6 tax, revenue, entity and duplicate customer are asked of their owner at once, and never tried again",
        .timeLimit(.minutes(2)),
        arguments: [IncidentClass.taxUnknown, .revenueRuleMissing, .entityUnmapped, .duplicateCustomer])
    func forPeople(incidentClass: IncidentClass) async throws {
        var saga = LedgerSaga()
        saga.behaviours["project-provisioning"] = .throwing { _ in Refused(incidentClass, "a person decides") }
        try await TestFleet.with(saga) { fleet in
            _ = try await fleet.admissions.admit(arrival(event: "e1"))
            try await eventually("its owner has it", within: .seconds(5)) {
                try await fleet.value("SELECT concat(owner, class) FROM incidents WHERE state = 'open' AND blocking")
                    == incidentClass.owner.rawValue + incidentClass.rawValue
            }
            try await fleet.schema.moveClock(byHours: 100)
            _ = try await fleet.admissions.admit(arrival(event: "e2", opportunity: "O-2", body: "elsewhere"))
            try await eventually("another went all the way meanwhile") {
                try await fleet.states() == ["parked": 1, "finished": 1]
            }
            #expect(fleet.saga.calls.count("project-provisioning") == 2, "one for each deal")
        }
    }
}
