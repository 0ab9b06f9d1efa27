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
                owner: state == "parked" ? "sales_operations" : nil) == words)
    }

    @Test("SUP-2.13 a change order says which version it waits for, and whose turn it is once people were told")
    func change() {
        let waits = whoseTurn(state: "behind", queue: "deal-events", cause: nil, step: nil, owner: nil, base: 2)
        #expect(waits.hasSuffix("which runs or has not arrived: it changes version 2"))
        let told = whoseTurn(
            state: "behind", queue: "deal-events", cause: nil, step: nil, owner: "sales_operations", base: 2)
        #expect(told == "sales operations: version 2, which it changes, has not arrived")
    }

    @Test("who waits for an approval waits for a person")
    func approval() {
        let turn = whoseTurn(
            state: "waiting", queue: "deal-events", cause: "approval:cancel:abc", step: nil, owner: nil)
        #expect(turn == "a person, who decides with 'baton approve'")
    }
}
