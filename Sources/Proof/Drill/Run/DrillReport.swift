/// How a drill went: what happened, what was never made to happen, and what the checker says.
public struct DrillReport: Sendable, Codable {
    /// Where all dice started.
    public var seed: UInt64
    /// What happened, in numbers.
    public var figures: Figures
    /// Which crash point killed which worker how often.
    var coverage: CrashCoverage
    /// What had to happen at least once and did not, or did not happen in time.
    public var unmet: [String]
    /// What the checker found.
    public var verdict: Verdict

    /// Whether nothing was lost or doubled, and every fault did happen.
    public var isPassed: Bool { unmet.isEmpty && verdict.isClean }

    /// All of it for a reader.
    public var text: String {
        let figures = figures
        var lines = [
            coverage.table, "",
            "seed \(seed): \(figures.deals) deals in \(tenths(figures.seconds)) s, "
                + "\(tenths(figures.dealsPerSecond)) deals/s",
            "redeliveries \(figures.redeliveries), read-backs \(figures.readBacks), take-overs \(figures.takeovers), "
                + "compensations \(figures.compensations), duplicates \(figures.duplicates)",
            "workers started \(figures.workersStarted), killed \(figures.workersKilled), "
                + "frozen \(figures.workersFrozen), failed \(figures.workersFailed)",
            "copies that came late, removed \(figures.copiesRemoved)",
            "deals left to people by slow or late targets \(figures.leftToPeople)",
        ]
        if let unfinished = figures.unfinishedAtRebuild, let ready = figures.readyAtRebuild,
            let seconds = figures.secondsToResume
        {
            lines.append(
                "broker rebuilt empty: \(unfinished) unfinished handoffs went on, \(ready) that waited for a ticket "
                    + "\(tenths(seconds)) s after apply")
        }
        lines += ["", verdict.text]
        lines += unmet.map { "not met: \($0)" }
        lines.append(isPassed ? "passed" : "FAILED (repeat with --seed \(seed))")
        return lines.joined(separator: "\n")
    }

    private func tenths(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }
}
