public import Deals
public import Workers

/// One of the companies of the company: it sells, bills and pays taxes.
public struct LegalEntity: CatalogRow {
    /// ``CatalogTable/entities``.
    public static let table = CatalogTable.entities

    /// The code by which all systems know it.
    public let code: String
    /// The registered name.
    public let name: String
    /// The country of its seat, ISO 3166-1, two letters.
    public let country: String
    /// The currencies in which it may sell; its own is the first.
    public let currencies: [Currency]
    /// Its registrations for tax, one a country at most.
    public let taxRegistrations: [Deal.TaxRegistration]
    /// How its projects are numbered, such as `DE-{year}-{seq:6}`.
    public let numbering: String
    /// The cost centres that it books to.
    public let costCentres: [String]
    /// The combinations of financial dimensions that its ledger takes, each by dimension name.
    public let combinations: [[String: String]]
    /// How it sends invoices.
    public let invoiceDelivery: [Deal.BillingTerms.InvoiceDelivery]
    /// What a period costs that a contract's end cuts short; nil where nothing is said, which means by its days.
    public let partPeriods: PartPeriods?
    /// The team that answers for it.
    public let owner: IncidentClass.Owner
    /// The first day on which it holds.
    public let validFrom: CalendarDate
    /// The last day on which it holds.
    public let validTo: CalendarDate?

    /// Describes a legal entity.
    public init(
        code: String, name: String, country: String, currencies: [Currency],
        taxRegistrations: [Deal.TaxRegistration] = [], numbering: String, costCentres: [String],
        combinations: [[String: String]],
        invoiceDelivery: [Deal.BillingTerms.InvoiceDelivery] = Deal.BillingTerms.InvoiceDelivery.allCases,
        partPeriods: PartPeriods? = nil, owner: IncidentClass.Owner = .finance, validFrom: CalendarDate,
        validTo: CalendarDate? = nil
    ) {
        self.code = code
        self.name = name
        self.country = country
        self.currencies = currencies
        self.taxRegistrations = taxRegistrations
        self.numbering = numbering
        self.costCentres = costCentres
        self.combinations = combinations
        self.invoiceDelivery = invoiceDelivery
        self.partPeriods = partPeriods
        self.owner = owner
        self.validFrom = validFrom
        self.validTo = validTo
    }

    /// The code.
    public var subject: String { code }
}
