import Settings
import Testing

@Suite struct RuleTests {
    @Test("a lease must outlast a call", arguments: [("10001ms", true), ("10s", false), ("9s", false)])
    func lease(text: String, isGood: Bool) throws {
        try expect(["BATON_LEASE": text], isGood: isGood, blames: "BATON_LEASE")
    }

    @Test("a sweep must come round within a lease", arguments: [("14999ms", true), ("15s", false)])
    func sweep(text: String, isGood: Bool) throws {
        try expect(["BATON_SWEEP_INTERVAL": text], isGood: isGood, blames: "BATON_SWEEP_INTERVAL")
    }

    @Test("a ticket must live longer than a sweep", arguments: [("5001ms", true), ("5s", false)])
    func ticket(text: String, isGood: Bool) throws {
        let changes = ["BATON_TICKET_LEASE": text, "BATON_SWEEP_INTERVAL": "5s"]
        try expect(changes, isGood: isGood, blames: "BATON_TICKET_LEASE")
    }

    @Test("a handoff must live longer than a ticket", arguments: [("300001ms", true), ("5m", false)])
    func age(text: String, isGood: Bool) throws {
        let changes = ["BATON_MAXIMAL_AGE": text, "BATON_TICKET_LEASE": "5m"]
        try expect(changes, isGood: isGood, blames: "BATON_MAXIMAL_AGE")
    }

    @Test("a breaker's waits must not shrink", arguments: [("5s", true), ("4999ms", false)])
    func breaker(text: String, isGood: Bool) throws {
        let changes = ["BATON_LONGEST_BREAKER_WAIT": text, "BATON_BREAKER_WAIT": "5s"]
        try expect(changes, isGood: isGood, blames: "BATON_LONGEST_BREAKER_WAIT")
    }

    @Test("a stop must end before the killer comes", arguments: [("24999ms", true), ("25s", false)])
    func stop(text: String, isGood: Bool) throws {
        try expect(
            ["BATON_DRAIN_TIME": text], isGood: isGood, blames: "BATON_DRAIN_TIME",
            constraints: SettingsConstraints(stopGrace: .seconds(30)))
    }

    @Test("a rule does not judge a value that could not be read")
    func unread() throws {
        #expect(try problems(["BATON_LEASE": "soon"]).count == 1)
    }

    private func expect(
        _ changes: [String: String], isGood: Bool, blames name: String,
        constraints: SettingsConstraints = SettingsConstraints()
    ) throws {
        if isGood {
            _ = try settings(changes, constraints: constraints)
        } else {
            #expect(try problems(changes, constraints: constraints).map(\.name) == [name])
        }
    }
}
