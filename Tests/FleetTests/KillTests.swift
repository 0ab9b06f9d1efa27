import Foundation
import Support
import Testing

@testable import Fleet

@Suite struct KillTests {
    @Test(
        "kill -9 at each crash point: every deal ends as expected, and each effect is there once",
        .timeLimit(.minutes(5)))
    func everyPoint() async throws {
        let outcomes = try await outcomes(of: KillCase.all, atOnce: 3)
        print(Self.table(outcomes))
        for (killed, complaints) in outcomes where !complaints.isEmpty {
            Issue.record("\(killed.point.rawValue) in \(killed.queue): \(complaints.joined(separator: "; "))")
        }
        // Undoing is killed by the drill, whose deals are cancelled.
        let undoing: Set<CrashPoint> = [.undoIntentBeforeCall, .undoAnswerBeforeOutcome]
        for point in CrashPoint.allCases where !undoing.contains(point) {
            #expect(outcomes.contains { $0.key.point == point && $0.value.isEmpty }, "\(point.rawValue) was never hit")
        }
    }

    private func outcomes(of cases: [KillCase], atOnce: Int) async throws -> [KillCase: [String]] {
        // Those that wait for a lease begin first, so that no single one is left at the end.
        let slow: Set<CrashPoint> = [.intentBeforeCall, .answerBeforeOutcome, .leaseBeforeIntent]
        var waiting = cases.sorted { slow.contains($0.point) && !slow.contains($1.point) }[...]
        return try await withThrowingTaskGroup(of: (KillCase, [String]).self) { group in
            var outcomes: [KillCase: [String]] = [:]
            for _ in 0..<atOnce { addNext(of: &waiting, to: &group) }
            while let (killed, complaints) = try await group.next() {
                outcomes[killed] = complaints
                addNext(of: &waiting, to: &group)
            }
            return outcomes
        }
    }

    private func addNext(
        of waiting: inout ArraySlice<KillCase>, to group: inout ThrowingTaskGroup<(KillCase, [String]), any Error>
    ) {
        guard let next = waiting.popFirst() else { return }
        group.addTask { (next, try await next.run()) }
    }

    private static func table(_ outcomes: [KillCase: [String]]) -> String {
        var lines = ["crash point x worker (hit: killed there, replaced, all effects once)"]
        // Undoing is killed by the drill, whose deals are cancelled.
        let undoing: Set<CrashPoint> = [.undoIntentBeforeCall, .undoAnswerBeforeOutcome]
        for point in CrashPoint.allCases where !undoing.contains(point) {
            lines.append("  \(point.rawValue)")
            for queue in TestCompany.queues {
                let killed = KillCase(point: point, queue: queue)
                let cell =
                    switch outcomes[killed] {
                    case []?: "hit"
                    case let complaints?: "FAILED: \(complaints.joined(separator: "; "))"
                    case nil: "not reachable: \(killed.whyUnreachable ?? "-")"
                    }
                lines.append("    " + queue.padding(toLength: 22, withPad: " ", startingAt: 0) + cell)
            }
        }
        return lines.joined(separator: "\n")
    }
}
