public import Deals
public import Workers

/// How the events of one source are read where companies differ.
public struct SourceRule: CatalogRow {
    /// ``CatalogTable/sourceRules``.
    public static let table = CatalogTable.sourceRules
    /// What stands for every source.
    public static let anySource = "*"

    /// The source, or `*` for every one that no other row names.
    public let source: String
    /// What the amount of a recurring line is the price of; nil where nothing is said, which means refused.
    public let recurringAmounts: SourcePolicy.RecurringAmounts?
    /// Which signed documents start a deal; nil where nothing is said, which means the one that it names.
    public let documents: SourcePolicy.Documents?
    /// The team that answers for it.
    public let owner: IncidentClass.Owner
    /// The first day on which it holds.
    public let validFrom: CalendarDate
    /// The last day on which it holds.
    public let validTo: CalendarDate?

    /// Describes a rule.
    public init(
        source: String = SourceRule.anySource, recurringAmounts: SourcePolicy.RecurringAmounts? = nil,
        documents: SourcePolicy.Documents? = nil, owner: IncidentClass.Owner = .finance, validFrom: CalendarDate,
        validTo: CalendarDate? = nil
    ) {
        self.source = source
        self.recurringAmounts = recurringAmounts
        self.documents = documents
        self.owner = owner
        self.validFrom = validFrom
        self.validTo = validTo
    }

    /// The source.
    public var subject: String { source }

    /// The same for whoever reads the source's events.
    var policy: SourcePolicy {
        SourcePolicy(recurringAmounts: recurringAmounts ?? .refused, documents: documents ?? .named)
    }
}
