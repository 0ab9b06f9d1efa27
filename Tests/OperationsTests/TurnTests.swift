import Testing

@testable import Operations

@Suite struct TurnTests {
    @Test(
        "every state says whose turn it is",
        arguments: [
            ("behind", "an earlier version of the same opportunity"), ("scheduled", "the calendar"),
            ("ready", "a worker of billing-schedules"), ("running", "a worker of billing-schedules, at a step"),
            ("waiting", "waiting (throttled) for a step"), ("parked", "sales operations"),
            ("finished", "nobody: it is closed"), ("stale", "nobody: it is closed"),
        ])
    func turns(state: String, words: String) {
        #expect(
            whoseTurn(
                state: state, queue: "billing-schedules", cause: "throttled", step: "a step",
                owner: "sales_operations") == words)
    }
}
