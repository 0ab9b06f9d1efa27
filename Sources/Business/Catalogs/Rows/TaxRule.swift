public import Deals
public import Workers

/// How a sale is taxed, by who sells, where the customer is, and what is sold.
public struct TaxRule: CatalogRow {
    /// ``CatalogTable/taxRules``.
    public static let table = CatalogTable.taxRules
    /// What stands for every country.
    public static let anyCountry = "*"

    /// The code of the selling legal entity.
    public let seller: String
    /// The customer's country, or `*` for every one that no other rule names.
    public let country: String
    /// The state or province; nil for all that no other rule names.
    public let region: String?
    /// The kind of service, as services name it.
    public let category: String
    /// The code of the treatment in the ERP.
    public let treatment: String
    /// Whether the customer has to be registered for tax in that country.
    public let requiresRegistration: Bool
    /// The team that answers for it.
    public let owner: IncidentClass.Owner
    /// The first day on which it holds.
    public let validFrom: CalendarDate
    /// The last day on which it holds.
    public let validTo: CalendarDate?

    /// Describes a rule.
    public init(
        seller: String, country: String, region: String? = nil, category: String, treatment: String,
        requiresRegistration: Bool = false, owner: IncidentClass.Owner = .finance, validFrom: CalendarDate,
        validTo: CalendarDate? = nil
    ) {
        self.seller = seller
        self.country = country
        self.region = region
        self.category = category
        self.treatment = treatment
        self.requiresRegistration = requiresRegistration
        self.owner = owner
        self.validFrom = validFrom
        self.validTo = validTo
    }

    /// Seller, country, region and category.
    public var subject: String { "\(seller)/\(country)/\(region ?? "")/\(category)" }
}
