public import Deals
public import Workers

/// When two customers may be the same, so that a person has to say.
public struct MatchRules: CatalogRow {
    /// ``CatalogTable/matchRules``.
    public static let table = CatalogTable.matchRules

    /// The legal entity for whose customers it holds, or `*` for all.
    public let entity: String
    /// Whether an equal tax registration alone makes a candidate.
    public let taxIDEqual: Bool
    /// From which likeness of the names, 0 to 100, another customer is a candidate.
    public let nameSimilarity: Int
    /// Whether names are compared within a country only; kept for people, as no look-up knows a country.
    public let sameCountry: Bool
    /// Words that say nothing about who it is, such as `GmbH`.
    public let ignoredWords: [String]
    /// What becomes of a deal whose customer only another legal entity has.
    public let otherEntity: OtherEntity
    /// The team that answers for it.
    public let owner: IncidentClass.Owner
    /// The first day on which it holds.
    public let validFrom: CalendarDate
    /// The last day on which it holds.
    public let validTo: CalendarDate?

    /// What becomes of a customer whom only another legal entity has.
    public enum OtherEntity: String, Sendable, Codable, Hashable, CaseIterable {
        /// A person decides.
        case exception
        /// The selling entity gets a record of its own, which says of whom.
        case extend
    }

    /// Describes the rules.
    public init(
        entity: String = "*", taxIDEqual: Bool = true, nameSimilarity: Int, sameCountry: Bool = true,
        ignoredWords: [String] = [], otherEntity: OtherEntity = .exception,
        owner: IncidentClass.Owner = .finance, validFrom: CalendarDate,
        validTo: CalendarDate? = nil
    ) {
        self.entity = entity
        self.taxIDEqual = taxIDEqual
        self.nameSimilarity = nameSimilarity
        self.sameCountry = sameCountry
        self.ignoredWords = ignoredWords
        self.otherEntity = otherEntity
        self.owner = owner
        self.validFrom = validFrom
        self.validTo = validTo
    }

    /// The entity.
    public var subject: String { entity }
}
