import Foundation
import Support
import Testing

@Suite struct TruthTests {
    private func listed(_ state: String, at desk: SupportDesk) async throws -> [String] {
        let printed = try await desk.requeue("list", "--state", state, "--json")
        return try printed.decoded(as: [ListedIncident].self).map(\.status)
    }

    @Test("M6 with no worker running a requeued item stays sent, not yet tried", .timeLimit(.minutes(1)))
    func notYetTried() async throws {
        try await SupportDesk.with { desk in
            let deal = try await desk.park()
            _ = try await desk.requeue("send", deal.short, "--yes")
            #expect(try await listed("sent", at: desk) == ["sent, not yet tried"])
            try await desk.schema.moveClock(byHours: 48)
            #expect(try await listed("sent", at: desk) == ["sent, not yet tried"])
            #expect(try await listed("open", at: desk) == [])
            #expect(try await listed("closed", at: desk) == [])
            try await desk.schema.database.script(
                """
                UPDATE handoffs SET state = 'waiting', cause = 'failure';
                INSERT INTO journal (handoff_id, entry) VALUES ('\(deal.handoff)', '{"what":"waiting"}')
                """)
            #expect(try await listed("sent", at: desk) == ["sent, tried, not yet passed"])
            try await desk.schema.database.script(
                "UPDATE steps SET state = 'done', receipt = '{}' WHERE name = 'create-project'")
            #expect(try await listed("sent", at: desk) == [])
            #expect(try await listed("closed", at: desk) == ["resolved"])
        }
    }

    @Test("M6 with the fault still there it reopens in the same case, history kept", .timeLimit(.minutes(1)))
    func reopens() async throws {
        try await SupportDesk.with { desk in
            let deal = try await desk.park()
            for round in 2...3 {
                let open = try await desk.requeue("list", "--json").decoded(as: [ListedIncident].self)
                #expect(try await desk.requeue("send", open[0].incident, "--yes").status == 0)
                try await deal.failAgain(at: desk)
                #expect(try await listed("open", at: desk) == ["open"])
                #expect(
                    try await listed("closed", at: desk)
                        == Array(repeating: "reopened (round \(round))", count: round - 1))
                #expect(try await listed("sent", at: desk) == [])
            }
            let report = try await desk.requeue("show", deal.short).output
            for part in ["round 1", "round 2", "round 3", "the ERP said no again", "anna  send"] {
                #expect(report.contains(part), "\(part) is missing in:\n\(report)")
            }
        }
    }
}
