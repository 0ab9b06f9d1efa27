/// Who knows all customers of the company; it is only asked, and nothing changes.
///
/// What is looked up is true at that moment: another deal or a person may create the same customer a moment later, so
/// who creates does so under a claim.
public protocol CustomerMaster: Sendable {
    /// The customers with this tax id and this name, each where given, oldest first; of one legal entity or of all.
    ///
    /// A tax id is found however it is written, with and without marks and the letters around it (`Spelling.stem`), so
    /// one that is not the same may be among them; a name whatever the case of its letters (`Spelling.folded`).
    func findCustomers(
        entity: String?, taxID: String?, name: String?, as call: Call
    ) async throws -> [CustomerMatch]
    /// Customers whose names have each word of `words` in them, also as a part of a word, whatever the case and the
    /// accents: candidates, no answer.
    func searchCustomers(_ words: String, entity: String?, as call: Call) async throws -> [CustomerMatch]
}

/// A customer that a look-up found.
public struct CustomerMatch: Sendable, Codable, Hashable {
    /// Its id.
    public let id: String
    /// The registered name.
    public let name: String
    /// The company's own legal entity that sells to it.
    public let entity: String
    /// The tax id, where it has one.
    public let taxID: String?
    /// The country of its seat, ISO 3166-1; nil where it is not known.
    public let country: String?
    /// The id of its parent.
    public let parentID: String?
    /// Whether nothing may be sold to it any more.
    public let isArchived: Bool

    /// Describes a customer.
    public init(
        id: String, name: String, entity: String, taxID: String?, country: String? = nil, parentID: String?,
        isArchived: Bool = false
    ) {
        self.id = id
        self.name = name
        self.entity = entity
        self.taxID = taxID
        self.country = country
        self.parentID = parentID
        self.isArchived = isArchived
    }
}
