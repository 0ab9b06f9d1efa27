public import Deals
public import Workers

/// Which stages of a sale start a handoff, for one source of events.
public struct TriggerRule: CatalogRow {
    /// ``CatalogTable/triggers``.
    public static let table = CatalogTable.triggers
    /// What stands for every source.
    public static let anySource = "*"

    /// The source, or `*` for every one that no other row names.
    public let source: String
    /// The stages as a deal names them: of a mapped source the mapping's words, such as `Closed Won`.
    public let stages: [String]
    /// The team that answers for it.
    public let owner: IncidentClass.Owner
    /// The first day on which it holds.
    public let validFrom: CalendarDate
    /// The last day on which it holds.
    public let validTo: CalendarDate?

    /// Describes a rule.
    public init(
        source: String = TriggerRule.anySource, stages: [String], owner: IncidentClass.Owner = .salesOperations,
        validFrom: CalendarDate, validTo: CalendarDate? = nil
    ) {
        self.source = source
        self.stages = stages
        self.owner = owner
        self.validFrom = validFrom
        self.validTo = validTo
    }

    /// The source.
    public var subject: String { source }
}
