import Foundation
import Sagas
import Support
import Testing
import Workers

@testable import Fleet

/// Planning may ask other systems, and they may not answer.
@Suite struct PlanningTests {
    @Test(
        "A8 a look-up that cannot be made while planning is tried again, and the attempts are counted in the store",
        .timeLimit(.minutes(1)))
    func triedAgain() async throws {
        var saga = LedgerSaga()
        saga.lookUp = { call, _ in
            if call <= 2 { throw Unavailable(.failure, target: "TAX", reason: "timed out") }
        }
        try await TestFleet.with(saga, workers: 2, limits: withoutBreaker) { fleet in
            try await fleet.admit(1...1)
            try await eventually("it is finished") { try await fleet.states() == ["finished": 1] }
            #expect(fleet.saga.calls.count("plan") == 3)
            #expect(try await fleet.value("SELECT planning_attempts FROM handoffs") == "2")
            #expect(
                try await fleet.value(
                    """
                    SELECT string_agg((j.entry::json ->> 'what') || ' ' || coalesce(j.entry::json ->> 'step', '-') || ' '
                        || coalesce(j.entry::json ->> 'cause', '-'), ', ' ORDER BY seq)
                    FROM journal j WHERE seq BETWEEN 2 AND 4
                    """) == "waiting plan failure, waiting plan failure, planned - -")
            #expect(
                try await fleet.value("SELECT failures FROM targets WHERE name = 'TAX'") == "0",
                "two failures were reported, and then the answer")
            #expect(try await fleet.value("SELECT count(*) FROM incidents") == "0")
            #expect(fleet.saga.ledger.counts == [1, 1, 1], "each effect is there once")
        }
    }

    @Test(
        "A8 a look-up that is never answered parks the handoff once the queue's attempts are used up, and a new round counts anew",
        .timeLimit(.minutes(1)))
    func usedUp() async throws {
        let target = Switch()
        target.turn(on: false)
        var saga = LedgerSaga()
        saga.lookUp = { _, _ in
            if !target.isOn { throw Unavailable(.failure, target: "TAX", reason: "timed out") }
        }
        try await TestFleet.with(saga, limits: withoutBreaker) { fleet in
            try await fleet.admit(1...1)
            try await eventually("it is parked") { try await fleet.states() == ["parked": 1] }
            #expect(fleet.saga.calls.count("plan") == 4, "the queue's attempts, and no more")
            #expect(
                try await fleet.value(
                    "SELECT concat_ws(' ', class, step, direction, blocking) FROM incidents WHERE state = 'open'")
                    == "attempts_used_up plan do t")
            #expect(try await fleet.value("SELECT count(*) FROM plans") == "0")
            try await fleet.requeue()
            try await eventually("it is parked again") {
                try await fleet.value("SELECT count(*) FROM incidents WHERE state = 'open' AND round = 1") == "1"
            }
            #expect(fleet.saga.calls.count("plan") == 8, "a new round has all its attempts")
            #expect(try await fleet.value("SELECT count(DISTINCT case_id) FROM incidents") == "1", "one case")
            target.turn(on: true)
            try await fleet.requeue()
            try await eventually("it is finished") { try await fleet.states() == ["finished": 1] }
            #expect(fleet.saga.ledger.counts == [1, 1, 1])
        }
    }

    @Test(
        "a target that asks for fewer calls, or has not finished, uses up no attempt at planning",
        .timeLimit(.minutes(1)), arguments: [Unavailable.Cause.throttled, .accepted, .claimed])
    func noAttempt(cause: Unavailable.Cause) async throws {
        var saga = LedgerSaga()
        saga.lookUp = { call, _ in
            // More often than there are attempts.
            if call <= 6 { throw Unavailable(cause, target: "TAX", retryAfter: .milliseconds(10), reason: "later") }
        }
        try await TestFleet.with(saga, limits: alwaysAsking) { fleet in
            try await fleet.admit(1...1)
            try await eventually("it is finished", within: .seconds(20)) {
                try await fleet.states() == ["finished": 1]
            }
            #expect(try await fleet.value("SELECT planning_attempts FROM handoffs") == "0")
            #expect(try await fleet.value("SELECT count(*) FROM incidents") == "0")
        }
    }

    @Test(
        "while the fleet leaves a target alone no planning that waits for it asks it, and its outage parks nobody",
        .timeLimit(.minutes(2)))
    func outage() async throws {
        let target = Switch()
        target.turn(on: false)
        var saga = LedgerSaga()
        let counter = saga.calls
        saga.lookUp = { _, _ in
            if !target.isOn {
                _ = counter.next("while off")
                throw Unavailable(.failure, target: "TAX", reason: "down")
            }
        }
        try await TestFleet.with(saga, workers: 3, limits: Self.patient) { fleet in
            try await fleet.admit(1...5)
            try await eventually("all wait for the breaker") {
                try await fleet.value("SELECT count(*) FROM handoffs WHERE state = 'waiting' AND cause = 'breaker'")
                    == "5"
            }
            let calls = counter.count("while off")
            for hour in 1...6 {
                try await fleet.schema.moveClock(byHours: Double(hour))
                try await eventually("the probe has failed") {
                    let probes = counter.count("while off") - calls
                    let waiting = try await fleet.states()["waiting"]
                    return probes >= hour && waiting == 5
                }
            }
            #expect(counter.count("while off") == calls + 6, "one probe each time, for the whole fleet")
            #expect(try await fleet.value("SELECT count(*) FROM incidents") == "0", "nobody was asked")
            target.turn(on: true)
            try await eventually("all are finished", within: .seconds(60)) {
                let hours = try await fleet.value("SELECT extract(epoch FROM clock(now()) - now()) / 3600 + 1") ?? "10"
                if try await fleet.isIdle() { try await fleet.schema.moveClock(byHours: Double(hours) ?? 10) }
                return try await fleet.states() == ["finished": 5]
            }
            #expect(fleet.saga.ledger.counts == Array(repeating: 1, count: 15))
        }
    }

    @Test("A6 what a person chose is there when the handoff is planned again", .timeLimit(.minutes(1)))
    func choices() async throws {
        var saga = LedgerSaga()
        saga.lookUp = { _, attempt in
            if attempt.choices != ["customer": "CU-7"] {
                throw Refused(.duplicateCustomer, "CU-7 and CU-8 are both meant, it seems")
            }
        }
        try await TestFleet.with(saga) { fleet in
            try await fleet.admit(1...2)
            try await eventually("both are parked") { try await fleet.states() == ["parked": 2] }
            try await fleet.schema.database.script(
                """
                INSERT INTO choices (handoff_id, what, value, why)
                SELECT id, 'customer', CASE opportunity WHEN 'O-1' THEN 'CU-7' ELSE 'new' END, 'test' FROM handoffs
                """)
            try await fleet.requeue()
            try await eventually("one goes on") { try await fleet.states() == ["finished": 1, "parked": 1] }
            #expect(try await fleet.value("SELECT opportunity FROM handoffs WHERE state = 'finished'") == "O-1")
        }
    }

    private static func patient(_ limits: inout TimeLimits) {
        limits.gateMemory = .zero
        limits.breakerFailures = 3
        limits.breakerWait = .seconds(600)
        limits.longestBreakerWait = .seconds(600)
        // A slow machine shall not look like a dead worker, nor the clock's leaps make anything old.
        limits.lease = .seconds(30)
    }
}
