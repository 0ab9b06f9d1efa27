/// One thing that is not as it must be.
public struct Violation: Sendable, Codable, Equatable, CustomStringConvertible {
    /// What must hold, whatever was killed.
    public enum Rule: String, Sendable, Codable, CaseIterable {
        /// Each event has one record and one disposition, and each record was published.
        case recordedOnce = "recorded-once"
        /// A disposition is the one that the event's content and version call for.
        case disposition
        /// A key took effect at most once at its target.
        case onceEach = "once-each"
        /// What the records say stands does stand at the target.
        case effectThere = "effect-there"
        /// What stands at a target belongs to a record that says so.
        case effectOwned = "effect-owned"
        /// Nothing is left in doubt, and nothing unfinished in a finished deal.
        case outcomeKnown = "outcome-known"
        /// What was taken back was taken back last first, and nothing later still stands upon it.
        case undoOrder = "undo-order"
        /// A billing schedule sums to its contract.
        case scheduleSum = "schedule-sum"
        /// A contract has at most one project.
        case oneProject = "one-project"
        /// Versions took effect one after the other, rising.
        case versionsRise = "versions-rise"
        /// Every handoff has ended, or waits for a person.
        case atRest = "at-rest"
        /// A parked handoff has exactly one open incident that blocks it, and nothing else has one.
        case incidentOfParked = "incident-of-parked"
        /// Every deal ended as its story says.
        case fate
        /// Every open incident has a copy in its dead-letter queue, and every copy has its incident.
        case deadLetters = "dead-letters"
        /// Nothing stands in a work queue.
        case queuesEmpty = "queues-empty"
        /// The journal is whole.
        case journal
        /// No attempt came sooner than half its back-off after a failure.
        case backoff
    }

    /// What does not hold.
    public var rule: Rule
    /// The deal that it concerns, as opportunity/contract/version or less; nil where it concerns none.
    public var deal: String?
    /// The key, id or name by which the thing is found.
    public var key: String?
    /// What is wrong, in words.
    public var text: String

    init(_ rule: Rule, deal: String? = nil, key: String? = nil, _ text: String) {
        self.rule = rule
        self.deal = deal
        self.key = key
        self.text = text
    }

    /// One line: rule, deal, key and what is wrong.
    public var description: String {
        ([rule.rawValue, deal.map { "deal \($0)" }, key].compactMap(\.self) + [text]).joined(separator: ": ")
    }
}
