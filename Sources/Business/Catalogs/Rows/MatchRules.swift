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
    /// Whether names are compared within a country only; one of whom no country is known is compared.
    public let sameCountry: Bool
    /// Words that say nothing about who it is, such as `GmbH`.
    public let ignoredWords: [String]
    /// When a name makes two customers the same; nil where nothing is said, which means the whole name.
    public let nameDecides: NameDecides?
    /// What becomes of a deal whose customer only another legal entity has.
    public let otherEntity: OtherEntity
    /// The team that answers for it.
    public let owner: IncidentClass.Owner
    /// The first day on which it holds.
    public let validFrom: CalendarDate
    /// The last day on which it holds.
    public let validTo: CalendarDate?

    /// When an equal name, in the same country, makes two customers the same without asking a person.
    public enum NameDecides: String, Sendable, Codable, Hashable, CaseIterable {
        /// Never: only an equal registration does.
        case never
        /// When all of it is equal, legal form and marks included.
        case wholeName = "whole_name"
        /// Also when it is equal without the ignored words.
        case significantWords = "significant_words"
    }

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
        ignoredWords: [String] = [], nameDecides: NameDecides? = nil, otherEntity: OtherEntity = .exception,
        owner: IncidentClass.Owner = .finance, validFrom: CalendarDate,
        validTo: CalendarDate? = nil
    ) {
        self.entity = entity
        self.taxIDEqual = taxIDEqual
        self.nameSimilarity = nameSimilarity
        self.sameCountry = sameCountry
        self.ignoredWords = ignoredWords
        self.nameDecides = nameDecides
        self.otherEntity = otherEntity
        self.owner = owner
        self.validFrom = validFrom
        self.validTo = validTo
    }

    /// The entity.
    public var subject: String { entity }
}
