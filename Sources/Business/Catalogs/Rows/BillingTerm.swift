public import Deals
public import Workers

/// When an invoice is due.
public struct BillingTerm: CatalogRow {
    /// ``CatalogTable/billingTerms``.
    public static let table = CatalogTable.billingTerms

    /// The code, such as `NET30`.
    public let code: String
    /// What people call it.
    public let name: String
    /// The days from invoice to payment.
    public let days: Int
    /// Whether the days count from the end of the invoice's month.
    public let endOfMonth: Bool
    /// The team that answers for it.
    public let owner: IncidentClass.Owner
    /// The first day on which it holds.
    public let validFrom: CalendarDate
    /// The last day on which it holds.
    public let validTo: CalendarDate?

    /// Describes a term.
    public init(
        code: String, name: String, days: Int, endOfMonth: Bool = false, owner: IncidentClass.Owner = .finance,
        validFrom: CalendarDate, validTo: CalendarDate? = nil
    ) {
        self.code = code
        self.name = name
        self.days = days
        self.endOfMonth = endOfMonth
        self.owner = owner
        self.validFrom = validFrom
        self.validTo = validTo
    }

    /// The code.
    public var subject: String { code }
}
