/// No attempt comes sooner after a failure than half its back-off, by the journal's times.
enum BackoffJudgement {
    /// The store's clock dates the entry before it dates the wait, so a gap is never measured too short.
    static func judge(_ evidence: Evidence) -> [Violation] {
        let names = Dictionary(
            evidence.store.handoffs.map { ($0.id, $0.name) }, uniquingKeysWith: { first, _ in first })
        let queues = Dictionary(
            evidence.store.steps.map { ("\($0.handoff) \($0.name)", $0.queue) }, uniquingKeysWith: { first, _ in first }
        )
        return Dictionary(grouping: evidence.store.journal, by: \.handoff).sorted { $0.key < $1.key }
            .flatMap { handoff, entries in
                judge(entries.sorted { $0.seq < $1.seq }, deal: names[handoff]) { step in
                    queues["\(handoff) \(step)"].flatMap { evidence.backoff[$0] }
                }
            }
    }

    private static func judge(
        _ entries: [StoreEvidence.Entry], deal: String?, waits: (String) -> [Double]?
    ) -> [Violation] {
        var attempts: [String: Int] = [:]
        var found: [Violation] = []
        for (entry, next) in zip(entries, entries.dropFirst()) {
            if let step = entry.step, let attempt = entry.attempt { attempts[step] = attempt }
            guard entry.what == "waiting", entry.cause == "failure", let step = entry.step, next.step == step,
                ["intent", "found", "absent", "waiting"].contains(next.what), let attempt = attempts[step],
                let waits = waits(step), !waits.isEmpty
            else { continue }
            let least = waits[min(attempt, waits.count) - 1] / 2
            let gap = next.at - entry.at
            if gap < least {
                found.append(
                    Violation(
                        .backoff, deal: deal, key: step,
                        "attempt \(attempt) failed and the next look came after \(gap) s, not before \(least) s"))
            }
        }
        return found
    }
}
