import Testing

@testable import Operations

@Suite struct IncidentStatusTests {
    @Test(
        "M6 how an incident stands follows from what happened since",
        arguments: [
            (IncidentFacts(state: "open"), IncidentStatus.open),
            (IncidentFacts(state: "open", isHeld: true), .held),
            (IncidentFacts(state: "sending"), .sending),
            (IncidentFacts(state: "closed", resolution: "requeued"), .sentNotYetTried),
            (IncidentFacts(state: "closed", resolution: "requeued", wasTried: true), .sentAndTried),
            (IncidentFacts(state: "closed", resolution: "requeued", hasPassed: true, wasTried: true), .resolved),
            (IncidentFacts(state: "closed", resolution: "requeued", handoffState: "ready"), .sentNotYetTried),
            (IncidentFacts(state: "closed", resolution: "requeued", handoffState: "finished"), .resolved),
            (IncidentFacts(state: "closed", resolution: "undo", handoffState: "compensated"), .resolved),
            (IncidentFacts(state: "closed", resolution: "requeued", handoffState: "stopped"), .cancelled),
            (IncidentFacts(state: "closed", resolution: "requeued", handoffState: "discarded"), .discarded),
            (IncidentFacts(state: "closed", resolution: "requeued", newestRound: 2), .reopened(round: 2)),
            (
                IncidentFacts(state: "closed", resolution: "requeued", newestRound: 3, hasPassed: true),
                .reopened(round: 3)
            ),
            (IncidentFacts(state: "closed", resolution: "discarded", newestRound: 2), .discarded),
            (IncidentFacts(state: "closed", resolution: "cancelled"), .cancelled),
            (IncidentFacts(state: "closed", resolution: "superseded"), .superseded),
            (IncidentFacts(state: "closed", resolution: "written"), .resolved),
            (IncidentFacts(state: "closed", resolution: "base arrived", handoffState: "behind"), .resolved),
            (IncidentFacts(state: "closed", resolution: "deal arrived"), .resolved),
        ])
    func derived(facts: IncidentFacts, expected: IncidentStatus) {
        #expect(incidentStatus(of: facts) == expected)
    }

    @Test("ids are told apart by as few characters as are enough, eight at least")
    func shortIDs() throws {
        func id(_ text: String) throws -> RowID { try #require(RowID.range(withPrefix: text)).lowerBound }
        #expect(distinguishingLength(of: []) == 8)
        #expect(distinguishingLength(of: [try id("a"), try id("b")]) == 8)
        #expect(distinguishingLength(of: [try id("12345678a"), try id("12345678b")]) == 10)
        #expect(distinguishingLength(of: [try id("1234567890abc"), try id("1234567890abd")]) == 15)
        #expect(distinguishingLength(of: [try id("a"), try id("a")]) == 8)
    }

    @Test("the beginning of an id is a range of ids; what begins none is refused")
    func prefixes() throws {
        let range = try #require(RowID.range(withPrefix: "AB-c"))
        #expect(range.lowerBound.description == "abc00000-0000-0000-0000-000000000000")
        #expect(range.upperBound.description == "abcfffff-ffff-ffff-ffff-ffffffffffff")
        let whole = try #require(RowID.range(withPrefix: "abcfffff-ffff-ffff-ffff-fffffffffff1"))
        #expect(whole.lowerBound == whole.upperBound)
        for text in ["", "-", "g", "abcfffff-ffff-ffff-ffff-fffffffffff12", "K"] {
            #expect(RowID.range(withPrefix: text) == nil, "\(text)")
        }
    }
}
