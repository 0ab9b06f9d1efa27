/// Who knows how a sale is taxed; it is only asked, and nothing changes.
public protocol Tax: Sendable {
    /// How a sale is taxed. Throws `Refused` of class `taxUnknown` for a jurisdiction that is not known, which trying again
    /// does not change, and `Unavailable` where there is no answer now.
    func treatment(of sale: TaxQuestion, as call: Call) async throws -> TaxAnswer
}

/// A sale whose tax treatment is wanted.
public struct TaxQuestion: Sendable, Codable, Hashable {
    /// The company's legal entity that sells.
    public let sellerEntity: String
    /// The country in which the customer is, ISO 3166-1, two letters.
    public let customerCountry: String
    /// The state or province, where it decides.
    public let region: String?
    /// The customer's numbers for tax, by country.
    public let registrations: [String: String]
    /// What is sold, in the tax engine's words.
    public let category: String
    /// When it is sold, yyyy-mm-dd.
    public let date: String

    /// Describes a sale.
    public init(
        sellerEntity: String, customerCountry: String, region: String? = nil, registrations: [String: String] = [:],
        category: String, date: String
    ) {
        self.sellerEntity = sellerEntity
        self.customerCountry = customerCountry
        self.region = region
        self.registrations = registrations
        self.category = category
        self.date = date
    }
}

/// How a sale is taxed.
public struct TaxAnswer: Sendable, Codable, Hashable {
    /// The treatment's name, such as `reverse_charge`.
    public let treatment: String
    /// The rate in hundredths of a percent: 1900 is 19 %.
    public let rateBasisPoints: Int

    /// Describes a treatment.
    public init(treatment: String, rateBasisPoints: Int) {
        self.treatment = treatment
        self.rateBasisPoints = rateBasisPoints
    }
}
