import FoundationEssentials

/// One incident in a list: what it is about and how it stands.
public struct IncidentLine: Sendable, Codable, Equatable {
    /// One thing that is wrong with an event.
    public struct Finding: Sendable, Codable, Equatable {
        /// Where in the event.
        public let path: String
        /// The team that can cure it.
        public let owner: String
        /// What is wrong.
        public let text: String
        /// What to do about it.
        public let cure: String
    }

    /// The incident's id.
    public let incident: RowID
    /// The case, which is the id of its first incident: every round of requeueing belongs to it.
    public let caseID: RowID
    /// Which round of its case it is, from 1.
    public let round: Int
    /// Rises with each act; an act on an older revision is refused.
    public let revision: Int
    /// How it really stands.
    public let status: String
    /// The class.
    public let incidentClass: String
    /// The team that decides.
    public let owner: String
    /// What happened, in the words of the system that refused.
    public let story: String
    /// Whether its handoff stands still until somebody acts.
    public let isBlocking: Bool
    /// The queue in which it happened.
    public let queue: String
    /// The step that failed.
    public let step: String?
    /// The handoff it is about; nil for a message that no handoff stands for.
    public let handoff: RowID?
    /// The opportunity.
    public let opportunity: String?
    /// The contract.
    public let contract: String?
    /// The contract's version.
    public let version: Int?
    /// The customer's name.
    public let customer: String?
    /// What the deal is worth, in minor units of `currency`.
    public let totalMinor: Int64?
    /// ISO 4217 code.
    public let currency: String?
    /// The id that follows the deal everywhere.
    public let correlationID: String
    /// The publisher of the event, where it is about one.
    public let eventSource: String?
    /// The publisher's own id of the event.
    public let eventID: String?
    /// All that is wrong with the event, each with its cure; none for a handoff's incident.
    public let findings: [Finding]
    /// Whether the deal cannot go on until somebody acts: as a handoff, or because its event was refused.
    public let holdsUp: Bool
    /// How often the same message came again.
    public let repeats: Int
    /// When it came last.
    public let lastSeenAt: Date?
    /// When the trouble began, which is the same through all rounds of the case.
    public let since: Date
    /// When this round was opened.
    public let openedAt: Date
    /// Who holds it.
    public let heldBy: String?
    /// Why it is held.
    public let heldBecause: String?
    /// Since when it is held.
    public let heldAt: Date?
    /// Who or what closed it.
    public let closedBy: String?
    /// When it was closed.
    public let closedAt: Date?
    /// How it was closed: requeued, discarded, undo, kept, adopted, cancelled ...
    public let resolution: String?
    /// Why it was closed.
    public let why: String?

    /// What the amounts of one deal are counted as, once.
    var countedAs: String {
        if let handoff { return handoff.description }
        guard let opportunity, let contract, let version else { return caseID.description }
        return "\(opportunity)/\(contract)/\(version)"
    }

    /// Whether somebody asked the others to keep off it.
    public var isHeld: Bool { heldBy != nil && closedAt == nil }
}

/// How many incidents match and what their deals are worth.
public struct IncidentTotals: Sendable, Codable, Equatable {
    /// One currency's sum.
    public struct Amount: Sendable, Codable, Equatable {
        /// ISO 4217 code.
        public let currency: String
        /// The sum in minor units; each deal counts once, however many incidents it has.
        public let totalMinor: Int64
    }

    /// How many incidents.
    public let count: Int
    /// What the deals are worth that are held up, refused ones among them, by currency.
    public let amounts: [Amount]
    /// What the deals are worth that go on, or have ended, all the same.
    public let otherAmounts: [Amount]

    /// States sums that were made elsewhere.
    public init(count: Int, amounts: [Amount], otherAmounts: [Amount]) {
        self.count = count
        self.amounts = amounts
        self.otherAmounts = otherAmounts
    }

    /// Adds up a set of incidents.
    public init(of lines: [IncidentLine]) {
        count = lines.count
        var deals: [String: IncidentLine] = [:]
        for line in lines where deals[line.countedAs].map({ !$0.holdsUp && line.holdsUp }) ?? true {
            deals[line.countedAs] = line
        }
        amounts = Self.sums(of: deals.values.filter(\.holdsUp))
        otherAmounts = Self.sums(of: deals.values.filter { !$0.holdsUp })
    }

    private static func sums(of deals: [IncidentLine]) -> [Amount] {
        var sums: [String: Int64] = [:]
        for deal in deals {
            guard let total = deal.totalMinor, let currency = deal.currency else { continue }
            let (sum, overflow) = (sums[currency] ?? 0).addingReportingOverflow(total)
            sums[currency] = overflow ? .max : sum
        }
        return sums.sorted { $0.key < $1.key }.map { Amount(currency: $0.key, totalMinor: $0.value) }
    }
}
