public import Deals
public import Workers

/// From which amount on a deal of an entity needs somebody's approval.
public struct ApprovalRule: CatalogRow {
    /// ``CatalogTable/approvals``.
    public static let table = CatalogTable.approvals
    /// What stands for every entity.
    public static let anyEntity = "*"

    /// What is approved, such as `provision`.
    public let gate: String
    /// The code of the legal entity, or `*` for every one that no other row of this gate and currency names.
    public let entity: String
    /// What the amount is in.
    public let currency: Currency
    /// A deal above this, in minor units, needs the approval.
    public let aboveMinor: Int64
    /// Who may approve.
    public let role: String
    /// The team that answers for it.
    public let owner: IncidentClass.Owner
    /// The first day on which it holds.
    public let validFrom: CalendarDate
    /// The last day on which it holds.
    public let validTo: CalendarDate?

    /// Describes a rule.
    public init(
        gate: String, entity: String = ApprovalRule.anyEntity, currency: Currency, aboveMinor: Int64, role: String,
        owner: IncidentClass.Owner = .finance, validFrom: CalendarDate, validTo: CalendarDate? = nil
    ) {
        self.gate = gate
        self.entity = entity
        self.currency = currency
        self.aboveMinor = aboveMinor
        self.role = role
        self.owner = owner
        self.validFrom = validFrom
        self.validTo = validTo
    }

    /// Gate, entity and currency.
    public var subject: String { "\(gate)/\(entity)/\(currency)" }
}
