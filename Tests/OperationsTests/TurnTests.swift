import Testing

@testable import Operations

@Suite struct TurnTests {
    @Test(
        "every state says whose turn it is",
        arguments: [
            ("behind", "an earlier version of the same opportunity, which runs or has not arrived"),
            ("scheduled", "the calendar"),
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

    @Test("who waits for an approval waits for a person")
    func approval() {
        let turn = whoseTurn(
            state: "waiting", queue: "deal-events", cause: "approval:cancel:abc", step: nil, owner: nil)
        #expect(turn == "a person, who decides with 'baton approve'")
    }
}
