/// How a company reads one source of events where companies differ; what nobody says is what risks least.
public struct SourcePolicy: Sendable, Hashable {
    /// What the amount of a recurring line is the price of.
    public enum RecurringAmounts: String, Sendable, Codable, Hashable, CaseIterable {
        /// Nobody says: a line whose amount may be that of one period or of all is refused.
        case refused
        /// One period: the line's price is the amount of each period of its term.
        case perPeriod = "per_period"
        /// The whole term.
        case wholeTerm = "whole_term"
    }

    /// Which signed documents start a deal that waits for its signature.
    public enum Documents: String, Sendable, Codable, Hashable, CaseIterable {
        /// Only the one that the deal names, where it names one.
        case named
        /// Also a document that says nothing of its text, such as one that was sent without the field.
        case any
    }

    /// What the amount of a recurring line is the price of.
    public let recurringAmounts: RecurringAmounts
    /// Which signed documents start a deal.
    public let documents: Documents

    /// What holds where nobody says anything.
    public static let standard = SourcePolicy()

    /// Describes how a source is read.
    public init(recurringAmounts: RecurringAmounts = .refused, documents: Documents = .named) {
        self.recurringAmounts = recurringAmounts
        self.documents = documents
    }
}

/// The policies of all sources.
public struct SourcePolicies: Sendable, Hashable {
    private let bySource: [String: SourcePolicy]
    private let others: SourcePolicy

    /// What holds where nobody says anything.
    public static let standard = SourcePolicies([:])

    /// Those of the named sources, and one for all others.
    public init(_ bySource: [String: SourcePolicy], others: SourcePolicy = .standard) {
        self.bySource = bySource
        self.others = others
    }

    /// How the events of `source` are read.
    public subscript(source: String) -> SourcePolicy { bySource[source] ?? others }
}
