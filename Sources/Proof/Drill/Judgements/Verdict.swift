/// What the judgements found, and the account of all messages.
public struct Verdict: Sendable, Codable, Equatable {
    /// All that is not as it must be.
    public var violations: [Violation]
    /// Where every message has ended.
    public var balance: Balance
    /// How many of each were looked at.
    public var counts: [String: Int]

    /// Judges the evidence by every rule.
    public init(on evidence: Evidence) {
        violations = Self.judgements.flatMap { $0(evidence) }
        balance = Conservation.balance(evidence)
        counts = [
            "published": evidence.published.count, "effects": evidence.effects.count,
            "events": evidence.store.events.count, "handoffs": evidence.store.handoffs.count,
            "steps": evidence.store.steps.count, "incidents": evidence.store.incidents.count,
            "journal entries": evidence.store.journal.count, "dead letters": evidence.queues.deadLetters.count,
        ]
    }

    private static let judgements: [@Sendable (Evidence) -> [Violation]] = [
        Conservation.judge, EffectJudgements.onceEach, EffectJudgements.effectsThere, EffectJudgements.effectsOwned,
        EffectJudgements.outcomesKnown, DealJudgements.undoOrder, DealJudgements.scheduleSums,
        DealJudgements.oneProject, DealJudgements.versionsRise, RestJudgements.atRest,
        RestJudgements.incidentsOfParked, FateJudgement.judge, RestJudgements.deadLetters, RestJudgements.queuesEmpty,
        RestJudgements.journal, BackoffJudgement.judge,
    ]

    /// Whether nothing is wrong.
    public var isClean: Bool { violations.isEmpty && balance.isExact }

    /// Counts, account and violations, for a reader.
    public var text: String {
        let looked = counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
        let judged = isClean ? "nothing is lost, doubled or out of order" : "\(violations.count) violations"
        return (["looked at \(looked)", balance.table, judged] + violations.map { "  \($0)" }).joined(separator: "\n")
    }
}
