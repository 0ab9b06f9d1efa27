import Sagas
import Testing

@testable import Fleet

/// What becomes of things that came to stand under one key.
@Suite struct LookVerdictTests {
    private func thing(
        _ id: String, standing: Bool = false, inUse: Bool = false, told: Bool = false
    ) -> FoundThing {
        FoundThing(id: id, isStanding: standing, isInUse: inUse, isTold: told)
    }

    @Test("V1 what is on the receipt stays, and what nothing stands on goes, one after the other")
    func removal() {
        #expect(lookVerdict(on: [], isShared: false) == LookVerdict())
        #expect(lookVerdict(on: [thing("A", standing: true)], isShared: false) == LookVerdict())
        let things = [thing("A"), thing("B", standing: true), thing("C")]
        #expect(lookVerdict(on: things, isShared: false) == LookVerdict(told: [], removal: "A"))
        #expect(lookVerdict(on: [thing("A", standing: true, inUse: true)], isShared: false) == LookVerdict())
        // A step that was taken back, or never done, leaves nothing that may stand.
        #expect(lookVerdict(on: [thing("A")], isShared: false).removal == "A")
    }

    @Test("V1 people are told once of what is in use, what deals share, and what the target keeps; the rest still goes")
    func told() {
        let inUse = lookVerdict(on: [thing("A", standing: true), thing("B", inUse: true), thing("C")], isShared: false)
        #expect(inUse.told.map(\.id) == ["B"] && inUse.removal == "C")
        let shared = lookVerdict(on: [thing("A", standing: true), thing("B"), thing("C")], isShared: true)
        #expect(shared.told.map(\.id) == ["B", "C"] && shared.removal == nil)
        let kept = lookVerdict(on: [thing("B"), thing("C")], isShared: false, kept: ("B", "hours are booked"))
        #expect(kept.told == [.init(id: "B", because: "hours are booked")] && kept.removal == "C")
        let again = lookVerdict(on: [thing("A", standing: true), thing("B", inUse: true, told: true)], isShared: false)
        #expect(again == LookVerdict())
    }
}
