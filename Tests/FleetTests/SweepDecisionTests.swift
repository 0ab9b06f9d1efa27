import FoundationEssentials
import Sagas
import Support
import Testing
import Workers

@testable import Fleet

@Suite struct SweepDecisionTests {
    @Test("V4 as many tickets are published again as the queue lacks, those that should have come first")
    func missing() {
        #expect(lost(ages: [5, 1, 3], depth: 3, out: 3) == [])
        #expect(lost(ages: [5, 1, 3], depth: 4, out: 3) == [], "more messages than tickets: none")
        #expect(lost(ages: [5, 1, 3], depth: 2, out: 3) == [5])
        #expect(lost(ages: [5, 1, 3], depth: 1, out: 3) == [5, 3])
        #expect(lost(ages: [5, 1, 3], depth: 0, out: 3) == [5, 3, 1])
        #expect(lost(ages: [5, 1, 3], depth: 0, out: 100) == [5, 3, 1], "never more than are overdue")
    }

    @Test("what a delivery's end means is decided in one place")
    func settlements() {
        let refused = Refused(.notJSON, "no JSON")
        #expect(settlement(after: nil) == .acknowledge)
        #expect(settlement(after: refused) == .refuse(RefusedEvent(refused)))
        #expect(settlement(after: CancellationError()) == .leave)
        let away = Unavailable(.failure, target: "ERP", reason: "down")
        #expect(settlement(after: away) == .keep(reason: "ERP failure: down"))
    }

    @Test("intake asks in order: ignored, same content, other content, older than one that has begun")
    func intake() {
        let lane = LaneView(versions: [version(1), version(2, hasBegun: true), version(4), version(9, contract: "C-9")])
        var ignored = arrival(event: "e", version: 2, hash: "other")
        ignored.ignoredBecause = "no trigger"
        #expect(intakeDecision(on: ignored, in: lane).outcome == .ignored, "before everything else")
        #expect(intakeDecision(on: arrival(event: "e", version: 2), in: lane).outcome == .duplicate)
        #expect(intakeDecision(on: arrival(event: "e", version: 1), in: lane).outcome == .duplicate, "known, not stale")
        let conflict = intakeDecision(on: arrival(event: "e", version: 1, hash: "other"), in: lane)
        #expect(conflict.outcome == .conflict, "before stale")
        #expect(conflict.of == lane.versions[0])
        #expect(intakeDecision(on: arrival(event: "e", version: 3), in: lane).outcome == .accepted, "4 has not begun")
        #expect(intakeDecision(on: arrival(event: "e", version: 5), in: lane).outcome == .accepted)
        let later = LaneView(versions: [version(2, hasBegun: true)])
        let stale = intakeDecision(on: arrival(event: "e", version: 1), in: later)
        #expect(stale.outcome == .stale)
        #expect(stale.of == later.versions[0])
        let other = LaneView(versions: [version(9, contract: "C-9", hasBegun: true)])
        #expect(intakeDecision(on: arrival(event: "e", version: 1), in: other).outcome == .accepted, "other contract")
        #expect(intakeDecision(on: arrival(event: "e"), in: LaneView()).outcome == .accepted)
        let full = LaneView(versions: (1...3).map { version($0, contract: "C-\($0)") })
        let crowded = intakeDecision(on: arrival(event: "e", version: 4), in: full, mostOpen: 3)
        #expect(crowded.outcome == .conflict && crowded.reason?.hasPrefix("3 versions") == true)
        #expect(intakeDecision(on: arrival(event: "e", version: 4), in: full, mostOpen: 4).outcome == .accepted)
        let ended = LaneView(
            versions: full.versions.map {
                var version = $0
                version.isOpen = false
                return version
            })
        #expect(intakeDecision(on: arrival(event: "e", version: 4), in: ended, mostOpen: 3).outcome == .accepted)
        let cancelled = LaneView(versions: [version(2, kind: .cancel)])
        #expect(intakeDecision(on: arrival(event: "e", version: 1), in: cancelled).outcome == .stale, "called off")
        #expect(intakeDecision(on: arrival(event: "e", version: 3), in: cancelled).outcome == .accepted, "sold again")
    }

    @Test("no slash or percent sign in an id makes two step keys equal")
    func stepKeys() throws {
        let ids = ["a", "a/b", "b", "a%2Fb", "a%252Fb", "a/b/1", "", "/", "%", "%2F", "//"]
        var keys: [String: String] = [:]
        for opportunity in ids {
            for contract in ids {
                for part in ids {
                    var work = HandoffWork(
                        taken(opportunity: opportunity, contract: contract, part: part), queue: testQueue("here"),
                        leaseEnds: .now)
                    try work.adopt(stages: LedgerSaga().stages(for: LedgerPlan(deal: "")), planBody: "{}")
                    let key = work.steps[0].key
                    let ids = "\(opportunity) | \(contract) | \(part)"
                    if let other = keys.updateValue(ids, forKey: key) { Issue.record("\(ids) and \(other): \(key)") }
                }
            }
        }
        #expect(keys.count == ids.count * ids.count * ids.count)
    }

    @Test("an incident's cause names the step and the round, and is the same when it is written twice")
    func causes() {
        let id = UUID()
        var write = OwnerWrite(
            handoff: id, token: 1, opportunity: "O", correlationID: "c", queue: "here", requeues: 0, next: .finished)
        #expect(write.incidentCause(step: "create/1") == "handoff/\(id.lowercased)/create/1/do/0")
        #expect(write.incidentCause(step: nil) == "handoff/\(id.lowercased)/-/do/0")
        write.token = 2
        #expect(write.incidentCause(step: nil) == "handoff/\(id.lowercased)/-/do/0")
        write.requeues = 1
        #expect(write.incidentCause(step: nil) == "handoff/\(id.lowercased)/-/do/1")
    }

    private func lost(ages: [Int], depth: Int, out: Int) -> [Int] {
        let overdue = ages.map { age in
            Swept.Overdue(
                ticket: Ticket(.handoff(UUID()), queue: "here", correlationID: "\(age)"), age: .seconds(age))
        }
        return lostTickets(overdue, depth: depth, out: out).compactMap { Int($0.correlationID) }
    }

    private func version(
        _ version: Int, contract: String = "C-1", kind: TakenHandoff.Kind = .complete, hasBegun: Bool = false
    ) -> LaneView.Version {
        LaneView.Version(
            handoff: UUID(), contract: contract, version: version, contentHash: "hash", correlationID: "c",
            kind: kind, hasBegun: hasBegun)
    }

    private func taken(opportunity: String, contract: String, part: String) -> TakenHandoff {
        TakenHandoff(
            id: UUID(), token: 1, takeovers: 0, requeues: 0, opportunity: opportunity, contract: contract, version: 1,
            part: part, correlationID: "c", isTooOld: false, kind: .complete, direction: .forwards, steps: [])
    }
}
