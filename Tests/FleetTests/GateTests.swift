import Sagas
import Support
import Testing
import Workers

@testable import Fleet

@Suite struct GateTests {
    private static let queue = "project-provisioning"

    @Test(
        "H9 after enough failures in a row no worker calls the target until one probe succeeds; others run on",
        .timeLimit(.minutes(2)))
    func breaker() async throws {
        let target = Switch()
        try await TestFleet.with(saga(with: target), workers: 3, limits: tenMinutes) { fleet in
            target.turn(on: false)
            try await fleet.admit(1...20)
            try await eventually("all wait") { try await fleet.states() == ["waiting": 20] }
            #expect(try await fleet.value("SELECT open_until IS NOT NULL FROM targets") == "true")
            let calls = fleet.saga.calls.count("while off")
            #expect(calls >= 5, "it takes five failures to open")
            try await fleet.admit(21...40)
            try await eventually("they wait too") { try await fleet.states() == ["waiting": 40] }
            #expect(fleet.saga.calls.count("while off") == calls, "and nobody called")
            _ = try await fleet.admissions.admit(arrival(event: "other", opportunity: "O-other", body: "elsewhere"))
            try await eventually("another target runs on") {
                try await fleet.states() == ["waiting": 40, "finished": 1]
            }
            try await fleet.schema.moveClock(byHours: 1)
            try await eventually("the probe has failed, and all wait again") {
                let openings = try await fleet.value("SELECT openings FROM targets WHERE name = '\(Self.queue)'")
                return try await fleet.states()["waiting"] == 40 && openings == "2"
            }
            #expect(fleet.saga.calls.count("while off") == calls + 1, "one probe for the whole fleet")
            target.turn(on: true)
            for hour in 2...4 {
                // Who found the breaker shut while the probe was out waits once more.
                try await fleet.schema.moveClock(byHours: Double(hour))
                try await eventually("nobody is in work", within: .seconds(30)) {
                    try await fleet.isIdle()
                }
            }
            try await eventually("all are finished") { try await fleet.states() == ["finished": 41] }
            #expect(try await fleet.value("SELECT count(*) FROM incidents") == "0")
        }
    }

    @Test("a target's wish for fewer calls is obeyed by all workers, and is no attempt", .timeLimit(.minutes(1)))
    func throttled() async throws {
        var saga = LedgerSaga()
        saga.behaviours[Self.queue] = .throwing { call in
            call == 1 ? Unavailable(.throttled, target: Self.queue, retryAfter: .seconds(3600), reason: "429") : nil
        }
        try await TestFleet.with(saga, workers: 3, limits: alwaysAsking) { fleet in
            try await fleet.admit(1...1)
            try await eventually("it waits") { try await fleet.states() == ["waiting": 1] }
            try await fleet.admit(2...20)
            try await eventually("all wait") { try await fleet.states() == ["waiting": 20] }
            #expect(fleet.saga.calls.count(Self.queue) == 1)
            #expect(try await fleet.value("SELECT sum(attempts) FROM steps") == "0")
            #expect(try await fleet.value("SELECT string_agg(DISTINCT cause, ' ') FROM handoffs") == "throttled")
            try await fleet.schema.moveClock(byHours: 2)
            try await eventually("all are finished") { try await fleet.states() == ["finished": 20] }
        }
    }

    @Test("a paused target is not called until it is resumed", .timeLimit(.minutes(1)))
    func paused() async throws {
        try await TestFleet.with { fleet in
            try await fleet.schema.database.script(
                "INSERT INTO pauses (kind, name, why) VALUES ('target', '\(Self.queue)', 'maintenance')")
            try await fleet.admit(1...3)
            try await eventually("they wait") { try await fleet.states() == ["waiting": 3] }
            #expect(fleet.saga.calls.count(Self.queue) == 0)
            try await fleet.schema.database.script(
                "DELETE FROM pauses; UPDATE handoffs SET due_at = clock(now()) WHERE state = 'waiting'")
            try await eventually("all are finished", within: .seconds(30)) {
                try await fleet.states() == ["finished": 3]
            }
        }
    }

    @Test(
        "H10 eight hours of outage use up no handoff's attempts, nobody acts, and all finish after",
        .timeLimit(.minutes(3)))
    func outage() async throws {
        let target = Switch()
        try await TestFleet.with(saga(with: target), workers: 2, limits: Self.fiveMinutes) { fleet in
            target.turn(on: false)
            try await fleet.admit(1...20)
            for tenMinutes in 1...48 {
                let looks = (tenMinutes + 1) * 20
                try await eventually("each was looked at, and waits again") {
                    let taken = try await fleet.value("SELECT sum(token) >= \(looks) FROM handoffs")
                    return try await fleet.states() == ["waiting": 20] && taken == "true"
                }
                try await fleet.schema.moveClock(byHours: Double(tenMinutes) / 6)
            }
            let calls = fleet.saga.calls.count("while off")
            #expect(calls <= 20 + 5 + 2 * 49, "\(calls) calls: one for each at the most, then probes")
            #expect(try await fleet.value("SELECT max(attempts) < 4 FROM steps") == "true", "the policy allows 4")
            target.turn(on: true)
            for tenMinutes in 49...55 {
                try await eventually("nobody is in work", within: .seconds(30)) {
                    try await fleet.isIdle()
                }
                try await fleet.schema.moveClock(byHours: Double(tenMinutes) / 6)
            }
            try await eventually("all are finished", within: .seconds(30)) {
                try await fleet.states() == ["finished": 20]
            }
            #expect(try await fleet.value("SELECT count(*) FROM incidents") == "0", "nobody was asked")
            #expect(fleet.saga.ledger.counts == Array(repeating: 1, count: 60))
        }
    }

    private func saga(with target: Switch) -> LedgerSaga {
        var saga = LedgerSaga()
        saga.powers[Self.queue] = target
        return saga
    }

    private static func fiveMinutes(_ limits: inout TimeLimits) {
        limits.gateMemory = .zero
        limits.longestBreakerWait = .seconds(300)
        // A slow machine shall not look like a dead worker.
        limits.lease = .seconds(30)
    }

    private func tenMinutes(_ limits: inout TimeLimits) {
        limits.gateMemory = .zero
        limits.breakerWait = .seconds(600)
        limits.longestBreakerWait = .seconds(600)
    }
}

extension TestFleet {
    /// Whether nothing is in work, and nothing due.
    func isIdle() async throws -> Bool {
        try await value(
            "SELECT count(*) FROM handoffs WHERE state IN ('ready', 'running') OR open AND due_at <= clock(now())")
            == "0"
    }

    /// Records deals of as many opportunities.
    func admit(_ numbers: ClosedRange<Int>) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in numbers {
                group.addTask {
                    _ = try await admissions.admit(arrival(event: "e\(number)", opportunity: "O-\(number)"))
                }
            }
            try await group.waitForAll()
        }
    }
}
