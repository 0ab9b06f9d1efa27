import FoundationEssentials
import Testing

@testable import Operations

@Suite struct VerdictTests {
    private static let noon = Date(timeIntervalSince1970: 1_800_000_000)

    private static func parked(
        _ change: (inout Situation) -> Void = { _ in }
    ) -> Situation {
        var situation = Situation(
            incident: .init(
                state: "open", revision: 3, isBlocking: true, step: "create-project", incidentClass: "target_refused",
                owner: "finance", hasBody: false),
            handoff: .init(
                opportunity: "O", state: "parked", kind: "complete", direction: "do", queue: "q", correlationID: "c"))
        change(&situation)
        return situation
    }

    private static func closed(as resolution: String) -> Situation {
        parked {
            $0.incident.state = "closed"
            $0.incident.resolution = resolution
            $0.incident.closedBy = "ada"
            $0.incident.closedAt = noon
            $0.incident.revision = 4
        }
    }

    private func step(_ name: String, _ state: String, isFinal: Bool = false) -> Situation.Step {
        .init(handoff: UUIDs.handoff, ordinal: 1, name: name, state: state, isFinal: isFinal, externalID: "X-1")
    }

    private enum UUIDs {
        static let handoff = RowID(UUID())
    }

    private func outcome(
        _ kind: Act.Kind, _ situation: Situation, seen: Int = 3
    ) -> (outcome: ActResult.Outcome?, sentence: String, change: Change?) {
        switch verdict(on: Act(kind, why: "why"), seen: seen, in: situation) {
        case .go(let change): (nil, "", change)
        case .stop(let outcome, let sentence): (outcome, sentence, nil)
        }
    }

    private static let everyKind: [Act.Kind] = [
        .send(evenSo: false), .hold, .release, .discard(.undecided), .discard(.keep), .discard(.undo),
    ]

    @Test("a parked handoff may be sent, held and discarded at the revision that was seen")
    func allowed() {
        #expect(outcome(.send(evenSo: false), Self.parked()).change == .requeue)
        #expect(outcome(.hold, Self.parked()).change == .hold)
        #expect(outcome(.discard(.undecided), Self.parked()).change == .discard)
        #expect(outcome(.discard(.keep), Self.parked()).change == .discard)
        #expect(outcome(.discard(.undo), Self.parked()).change == .turnBack)
        #expect(outcome(.release, Self.parked { $0.incident.heldBy = "ada" }).change == .release)
    }

    @Test("I3 what somebody changed since it was seen is not touched, and the person is named", arguments: everyKind)
    func changed(kind: Act.Kind) {
        let other = Self.parked {
            $0.lastAct = .init(actor: "ada", act: "hold", at: Self.noon)
            $0.incident.heldBy = kind == .release ? "ada" : nil
        }
        let (result, sentence, _) = outcome(kind, other, seen: 2)
        #expect(result == .changed)
        #expect(sentence.contains("changed by ada at 2027-01-15T08:00:00Z: hold"))
    }

    @Test("I3 doing it twice is told and harmless; doing something else to it is refused")
    func twice() {
        let pairs: [(Act.Kind, String)] = [
            (.send(evenSo: false), "requeued"), (.discard(.keep), "discarded"), (.discard(.undo), "undo"),
            (.discard(.keep), "kept"), (.discard(.undecided), "discarded"),
        ]
        let resolutions = ["requeued", "discarded", "undo", "kept", "adopted", "cancelled", "superseded"]
        for kind in Self.everyKind {
            for resolution in resolutions {
                let (result, sentence, _) = outcome(kind, Self.closed(as: resolution))
                let isSame = pairs.contains { $0 == kind && $1 == resolution }
                #expect(result == (isSame ? .already : .changed), "\(kind) \(resolution)")
                #expect(sentence.contains("by ada at 2027"))
            }
        }
    }

    @Test("a held incident is neither sent nor discarded", arguments: everyKind)
    func held(kind: Act.Kind) {
        let situation = Self.parked {
            $0.incident.heldBy = "ada"
            $0.incident.heldBecause = "asking"
            $0.incident.heldAt = Self.noon
        }
        switch kind {
        case .hold: #expect(outcome(kind, situation).outcome == .already)
        case .release: #expect(outcome(kind, situation).change == .release)
        default:
            #expect(outcome(kind, situation).outcome == .held)
            #expect(outcome(kind, situation).sentence.contains("because asking: release it first"))
        }
    }

    @Test("nothing is sent that holds nothing up, has no bytes, or is not parked")
    func nothingToSend() {
        let conflict = Self.parked {
            $0.incident.isBlocking = false
            $0.next = "Ask sales operations."
        }
        #expect(outcome(.send(evenSo: true), conflict).outcome == .refused)
        #expect(outcome(.send(evenSo: true), conflict).sentence.contains("Ask sales operations."))
        #expect(outcome(.discard(.keep), conflict).change == .close, "the incident alone is closed")
        let running = Self.parked { $0.handoff?.state = "running" }
        for kind in [Act.Kind.send(evenSo: true), .discard(.keep), .discard(.undo)] {
            #expect(outcome(kind, running).outcome == .refused)
        }
        #expect(outcome(.send(evenSo: true), Self.parked { $0.handoff = nil }).outcome == .refused)
    }

    @Test("a message goes back unless its class can only fail again; one on its way is finished, not begun")
    func messages() {
        let message = Self.parked {
            $0.handoff = nil
            $0.incident.hasBody = true
            $0.incident.origin = ["exchange": "deals", "routing_key": "salesforce.deal.updated.v1"]
        }
        #expect(outcome(.send(evenSo: false), message).change == .beginSending)
        for origin in [
            ["exchange": "handoffs", "routing_key": "handoff.ready.v1"], ["exchange": "deals", "routing_key": "deals"],
            ["exchange": "", "routing_key": "deal-events"], ["exchange": "dead", "routing_key": "deal-events"],
            ["exchange": "deals", "routing_key": "a.b\u{FFFD}"], [:],
        ] {
            var elsewhere = message
            elsewhere.incident.origin = origin
            #expect(outcome(.send(evenSo: true), elsewhere).outcome == .refused, "SEC-F2 \(origin)")
        }
        var never = message
        never.retry = "never"
        #expect(outcome(.send(evenSo: false), never).outcome == .refused)
        #expect(outcome(.send(evenSo: true), never).change == .beginSending)
        var onItsWay = message
        onItsWay.incident.state = "sending"
        #expect(outcome(.send(evenSo: false), onItsWay, seen: 1).change == .finishSending)
        #expect(outcome(.discard(.keep), onItsWay).outcome == .changed)
        #expect(outcome(.hold, onItsWay).outcome == .changed)
        #expect(outcome(.discard(.undecided), message).change == .close)
    }

    @Test(
        "what exists must be kept or undone, what is in doubt neither, and the final step holds",
        arguments: ["intent", "undoing"])
    func discarding(doubt: String) {
        let existing = Self.parked { $0.steps = [step("create-project", "planned"), step("create-customer", "done")] }
        #expect(outcome(.discard(.undecided), existing).outcome == .refused)
        #expect(outcome(.discard(.undecided), existing).sentence.contains("create-customer X-1"))
        #expect(outcome(.discard(.keep), existing).change == .discard)
        let doubtful = Self.parked { $0.steps = [step("create-project", doubt)] }
        for disposal in [Act.Disposal.undecided, .keep] {
            #expect(
                outcome(.discard(disposal), doubtful).sentence
                    == "it is not known whether create-project took effect; requeue to find out")
        }
        #expect(outcome(.discard(.undo), doubtful).change == .turnBack, "undoing reads back first")
        for state in ["intent", "done"] {
            let late = Self.parked { $0.steps = [step("activate-project", state, isFinal: true)] }
            #expect(outcome(.discard(.undo), late).outcome == .refused)
        }
        let early = Self.parked { $0.steps = [step("activate-project", "planned", isFinal: true)] }
        #expect(outcome(.discard(.undo), early).change == .turnBack)
    }

    @Test("of what goes back only the step that was refused can be kept", arguments: ["cancel", "complete"])
    func goingBack(kind: String) {
        let back = Self.parked {
            $0.handoff?.kind = kind
            $0.handoff?.direction = "undo"
            $0.steps = [
                step("create-tasks", "undone"), step("create-project", "done"), step("create-customer", "done"),
            ]
        }
        #expect(outcome(.discard(.keep), back).change == .keepStep(handoff: UUIDs.handoff, ordinal: 1))
        #expect(outcome(.discard(.undo), back).outcome == .refused)
        #expect(outcome(.discard(.undecided), back).outcome == .refused)
        var doubtful = back
        doubtful.steps = [step("create-project", "undoing")]
        #expect(outcome(.discard(.keep), doubtful).sentence.contains("it is not known whether create-project"))
        var gone = back
        gone.steps = [step("create-project", "undone")]
        #expect(outcome(.discard(.keep), gone).outcome == .refused)
    }

    @Test(
        "V5 a change order whose base will never come is closed with its incident, and not sent",
        arguments: ["base_missing", "base_stale"])
    func withoutBase(incidentClass: String) {
        let situation = Self.parked {
            $0.incident.isBlocking = false
            $0.incident.incidentClass = incidentClass
            $0.handoff?.state = "behind"
            $0.next = "publish it as a whole"
        }
        let sent = verdict(on: Act(.send(evenSo: true), why: nil), seen: 3, in: situation)
        guard case .stop(.refused, let words) = sent else { return #expect(Bool(false), "\(sent)") }
        #expect(words.hasSuffix("so there is nothing to send: publish it as a whole"))
        let act = Act(.discard(.undecided), why: "it will never come")
        #expect(verdict(on: act, seen: 3, in: situation) == .go(.discard))
    }
}
