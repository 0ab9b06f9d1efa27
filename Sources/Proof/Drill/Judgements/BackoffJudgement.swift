/// No attempt comes sooner after a failure that counts than half its back-off, by the journal's times.
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
        var failed: [String: Double] = [:]
        var found: [Violation] = []
        for entry in entries {
            guard let step = entry.step else { continue }
            switch entry.what {
            case "waiting" where entry.cause == "failure":
                // What is in doubt is asked about before the back-off is over: the next attempt is what comes after it.
                failed[step] = failed[step] ?? entry.at
            case "intent", "undo intent":
                // One that does not count, as when its caller was killed or interrupted, has no back-off of its own.
                if let at = failed.removeValue(forKey: step), let attempt = attempts[step], let next = entry.attempt,
                    next > attempt, let waits = waits(step), !waits.isEmpty
                {
                    let least = waits[min(attempt, waits.count) - 1] / 2
                    let gap = entry.at - at
                    if gap < least {
                        found.append(
                            Violation(
                                .backoff, deal: deal, key: step,
                                "attempt \(attempt) failed and the next came after \(gap) s, not before \(least) s"))
                    }
                }
                attempts[step] = entry.attempt
            default: break
            }
        }
        return found
    }
}
