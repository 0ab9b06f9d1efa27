import Testing
import Workers

@testable import Operations

@Suite struct LateCauseTests {
    @Test("I9 every state and every class has one cause, or none where nothing is late")
    func exhaustive() {
        let states = [
            "scheduled", "behind", "ready", "running", "finished", "compensated", "stopped", "discarded", "stale",
        ]
        for state in states {
            for cause in [nil, "failure", "approval:cancel:h"] { #expect(LateCause(state: state, cause: cause) == nil) }
        }
        let parked = IncidentClass.allCases.map { LateCause(state: "parked", cause: $0.rawValue) }
        #expect(parked.allSatisfy { $0 != nil })
        #expect(Set(parked) == Set(LateCause.allCases), "each of the four is somebody's")
        #expect(LateCause(state: "parked", cause: nil) == .downstream)
        #expect(LateCause(state: "waiting", cause: nil) == .downstream)
    }

    @Test(
        "I9 what waits is late through what it waits for",
        arguments: [
            ("approval:cancel:abc", LateCause.approval), ("approval", .approval), ("failure", .apiFailure),
            ("throttled", .apiFailure), ("breaker", .apiFailure), ("accepted", .downstream), ("claimed", .downstream),
            ("settling", .downstream), ("paused", .downstream), ("children", .downstream), ("window", .downstream),
            ("approvals", .downstream), ("", .downstream),
        ])
    func waiting(cause: String, expected: LateCause) {
        #expect(LateCause(state: "waiting", cause: cause) == expected)
    }
}
