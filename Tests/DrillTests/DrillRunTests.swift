import Foundation
import Support
import Testing

@testable import Drill

/// The drill on its own servers, which it may restart and empty: one run at a time.
@Suite(.serialized) struct DrillRunTests {
    @Test(
        "H17 300 deals through kills, restarts and an emptied broker: messages in are accounted for exactly",
        .timeLimit(.minutes(8)))
    func conservation() async throws {
        let report = try await drill("--deals", "300", "--seed", "\(UInt64.random(in: 1...999_999))")
        print(report.text)
        #expect(report.verdict.violations == [])
        #expect(report.verdict.balance.isExact)
        #expect(report.unmet == [])
        #expect(report.figures.deals >= 300)
    }

    @Test(
        "H14 a broker rebuilt empty in mid-run: all due again within 30 s of topology apply, all finish",
        .timeLimit(.minutes(5)))
    func emptyBroker() async throws {
        let report = try await drill(
            "--deals", "100", "--faults", "rebuild", "--load-seconds", "10", "--cancelled", "0", "--refused", "0",
            "--lost-answers", "0", "--seed", "\(UInt64.random(in: 1...999_999))")
        print(report.text)
        #expect(report.isPassed)
        #expect(report.figures.unfinishedAtRebuild ?? 0 > 0)
        #expect(report.figures.secondsToResume ?? .infinity <= 30)
        #expect(report.verdict.balance.ends["accepted, parked"] == nil)
    }

    @Test(
        "V1 a third of what targets make comes long after its callers have left: nothing is doubled in silence",
        .timeLimit(.minutes(5)))
    func late() async throws {
        let times = [
            "BATON_ERP_CALL_BUDGET=2s", "BATON_ERP_SETTLING_TIME=500ms", "BATON_PSA_CALL_BUDGET=2s",
            "BATON_PSA_SETTLING_TIME=500ms", "BATON_SEND_WINDOW=500ms", "BATON_LATER_LOOKS=1s,3s,6s",
        ]
        let report = try await drill(
            ["--deals", "30", "--faults", "none", "--load-seconds", "5", "--late", "0.3", "--late-seconds", "5"]
                + times.flatMap { ["--worker-setting", $0] } + ["--seed", "\(UInt64.random(in: 1...999_999))"])
        print(report.text)
        #expect(report.isPassed)
        #expect(report.figures.copiesRemoved > 0)
    }

    @Test("a drill without servers says so and does not run")
    func unfit() {
        let settings = DrillSettings(deals: 1, seed: 1, folder: "/nonexistent", products: "/nonexistent")
        #expect(throws: Servers.Missing.self) { try DrillRun(settings, environment: [:]) { _ in } }
    }

    /// Runs `Deploy/local/drill` and reads its report; what it said stands in a failure.
    private func drill(_ arguments: String...) async throws -> DrillReport { try await drill(arguments) }

    private func drill(_ arguments: [String]) async throws -> DrillReport {
        let folder = FileManager.default.temporaryDirectory.appending(path: uniqueName("drill"))
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let log = folder.appending(path: "drill.log")
        try Data().write(to: log)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: repositoryRoot + "/Deploy/local/drill")
        process.arguments = ["--folder", folder.path] + arguments
        let words = try FileHandle(forWritingTo: log)
        process.standardOutput = words
        process.standardError = words
        process.standardInput = FileHandle.nullDevice
        do {
            try await process.runToEnd()
        } catch {
            Issue.record("\(error):\n\(try String(contentsOf: log, encoding: .utf8))")
        }
        let report = try Data(contentsOf: folder.appending(path: "report.json"))
        return try JSONDecoder().decode(DrillReport.self, from: report)
    }
}
