import Foundation
import Sagas
import Support
import Testing
import Workers

@testable import Fleet

@Suite struct LaneTests {
    @Test(
        "E4 change orders of one opportunity never run at the same time and never swap; other opportunities run on",
        .timeLimit(.minutes(2)))
    func order() async throws {
        try await TestFleet.with(workers: 3) { fleet in
            let lanes = (1...6).map { "O-\($0)" }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for opportunity in lanes {
                    group.addTask {
                        for version in (1...5).shuffled() {
                            _ = try await fleet.admissions.admit(change(version, opportunity: opportunity))
                        }
                    }
                }
                try await group.waitForAll()
            }
            try await eventually("all are finished or late", within: .seconds(60)) {
                try await fleet.value("SELECT count(*) FROM handoffs WHERE open") == "0"
            }
            #expect(fleet.saga.ledger.counts == Array(repeating: 1, count: 90), "6 lanes, 5 versions, 3 effects")
            for opportunity in lanes {
                let order = try await fleet.value(
                    """
                    SELECT string_agg(version::text, ' ' ORDER BY closed_at) FROM handoffs
                    WHERE opportunity = '\(opportunity)'
                    """)
                #expect(order == "1 2 3 4 5")
                let overlaps = try await fleet.value(
                    """
                    SELECT count(*) FROM handoffs a JOIN handoffs b
                        ON a.opportunity = b.opportunity AND a.version < b.version
                    WHERE (SELECT max(at) FROM journal WHERE handoff_id = a.id) > (SELECT min(at) FROM journal
                        WHERE handoff_id = b.id AND entry LIKE '%"what":"planned"%')
                    """)
                #expect(overlaps == "0")
            }
        }
    }

    @Test(
        "E5 with the original parked its change orders wait behind it, and run in order once it is fixed",
        .timeLimit(.minutes(1)))
    func stuck() async throws {
        try await parkedThenFixed()
    }

    @Test(
        "M3 three change orders behind a dead deal are applied in order, once; other deals are not affected",
        .timeLimit(.minutes(1)))
    func deadLetters() async throws {
        try await parkedThenFixed()
    }

    /// A deal dies, three change orders arrive in another order, another deal passes, the deal is fixed.
    private func parkedThenFixed() async throws {
        var saga = LedgerSaga()
        saga.behaviours["billing-schedules"] = .throwing { call in
            call == 1 ? Refused(.taxUnknown, "no such jurisdiction") : nil
        }
        try await TestFleet.with(saga, workers: 2) { fleet in
            _ = try await fleet.admissions.admit(change(1, opportunity: "O-1"))
            try await eventually("it is parked") { try await fleet.states() == ["parked": 1] }
            for version in [3, 2, 4] {
                let admission = try await fleet.admissions.admit(change(version, opportunity: "O-1"))
                #expect(admission.outcome == .accepted)
            }
            _ = try await fleet.admissions.admit(arrival(event: "other", opportunity: "O-2", body: "elsewhere"))
            try await eventually("another deal passes") {
                try await fleet.states() == ["parked": 1, "behind": 3, "finished": 1]
            }
            #expect(fleet.saga.ledger.standing.count == 4, "one effect of the dead deal, three of the other")
            try await fleet.requeue()
            try await eventually("all are finished") { try await fleet.states() == ["finished": 5] }
            let order = try await fleet.value(
                "SELECT string_agg(version::text, ' ' ORDER BY closed_at) FROM handoffs WHERE opportunity = 'O-1'")
            #expect(order == "1 2 3 4")
            #expect(fleet.saga.ledger.counts == Array(repeating: 1, count: 15))
        }
    }

    @Test(
        "a change order waits for its base outside of the lane, and people are told once it is late",
        .timeLimit(.minutes(1)))
    func missingBase() async throws {
        try await TestFleet.with { fleet in
            _ = try await fleet.admissions.admit(change(2, opportunity: "O-1"))
            #expect(try await fleet.states() == ["behind": 1])
            try await fleet.schema.moveClock(byHours: 1.1)
            try await eventually("people are told") {
                try await fleet.value("SELECT concat(class, blocking) FROM incidents WHERE state = 'open'")
                    == "base_missingf"
            }
            #expect(try await fleet.states() == ["behind": 1], "the lane is free")
            _ = try await fleet.admissions.admit(arrival(event: "e1"))
            try await eventually("both are finished") { try await fleet.states() == ["finished": 2] }
            #expect(try await fleet.value("SELECT resolution FROM incidents") == "base arrived")
        }
    }

    @Test("a change order that is late is never silently stale", .timeLimit(.minutes(1)))
    func late() async throws {
        try await TestFleet.with { fleet in
            _ = try await fleet.admissions.admit(arrival(event: "e1"))
            _ = try await fleet.admissions.admit(arrival(event: "e3", version: 3))
            try await eventually("both are finished") { try await fleet.states() == ["finished": 2] }
            #expect(try await fleet.admissions.admit(change(2, opportunity: "O-1")).outcome == .stale)
            #expect(try await fleet.value("SELECT class FROM incidents WHERE state = 'open'") == "late_change")
        }
    }

    @Test("a change order whose base did not end in a project is parked", .timeLimit(.minutes(1)))
    func unusableBase() async throws {
        var saga = LedgerSaga()
        saga.onRefusal = .undo
        saga.behaviours["billing-schedules"] = .throwing { _ in Refused(.targetRefused, "never") }
        try await TestFleet.with(saga) { fleet in
            _ = try await fleet.admissions.admit(arrival(event: "e1"))
            try await eventually("it is undone") { try await fleet.states() == ["compensated": 1] }
            _ = try await fleet.admissions.admit(change(2, opportunity: "O-1"))
            try await eventually("it is parked") { try await fleet.states() == ["compensated": 1, "parked": 1] }
            #expect(
                try await fleet.value("SELECT class FROM incidents WHERE blocking AND state = 'open'")
                    == "base_unusable")
        }
    }

    @Test("a complete version corrects one that is parked and never announced a call", .timeLimit(.minutes(1)))
    func superseded() async throws {
        try await TestFleet.with { fleet in
            try await fleet.pause("deal-events")
            _ = try await fleet.admissions.admit(arrival(event: "e1"))
            try await fleet.schema.database.script("UPDATE handoffs SET takeovers = 5")
            try await fleet.resume()
            try await eventually("it is parked") { try await fleet.states() == ["parked": 1] }
            _ = try await fleet.admissions.admit(arrival(event: "e2", version: 2))
            try await eventually("the correction is finished") {
                try await fleet.states() == ["stopped": 1, "finished": 1]
            }
            #expect(try await fleet.value("SELECT concat(state, resolution) FROM incidents") == "closedsuperseded")
        }
    }
}

/// A change order upon the version before, or the first version.
private func change(_ version: Int, opportunity: String) -> Arrival {
    var arrival = arrival(event: "\(opportunity)-\(version)", opportunity: opportunity, version: version)
    if version > 1 { arrival.kind = .change(base: version - 1) }
    return arrival
}
