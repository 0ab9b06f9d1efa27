public import Deals
public import Workers

/// What an hour of each role costs, at one entity and in one currency.
public struct RateCard: CatalogRow {
    /// ``CatalogTable/rateCards``.
    public static let table = CatalogTable.rateCards

    /// The code that deals name; the same for every entity and currency.
    public let code: String
    /// The code of the legal entity that sells at these rates.
    public let entity: String
    /// What the rates are in.
    public let currency: Currency
    /// The rate of each role.
    public let rates: [Rate]
    /// The team that answers for it.
    public let owner: IncidentClass.Owner
    /// The first day on which it holds.
    public let validFrom: CalendarDate
    /// The last day on which it holds.
    public let validTo: CalendarDate?

    /// What an hour of one role costs.
    public struct Rate: Codable, Sendable, Hashable {
        /// The role.
        public let role: String
        /// The price of an hour, in minor units.
        public let hourMinor: Int64

        /// Describes a rate.
        public init(role: String, hourMinor: Int64) {
            self.role = role
            self.hourMinor = hourMinor
        }
    }

    /// Describes a card.
    public init(
        code: String, entity: String, currency: Currency, rates: [Rate], owner: IncidentClass.Owner = .finance,
        validFrom: CalendarDate, validTo: CalendarDate? = nil
    ) {
        self.code = code
        self.entity = entity
        self.currency = currency
        self.rates = rates
        self.owner = owner
        self.validFrom = validFrom
        self.validTo = validTo
    }

    /// Code, entity and currency.
    public var subject: String { "\(code)/\(entity)/\(currency)" }

    /// The price of an hour of `role`; nil where the card has none.
    public func hour(of role: String) -> Money? {
        rates.first { $0.role == role }.map { Money(minorUnits: $0.hourMinor, currency: currency) }
    }
}
