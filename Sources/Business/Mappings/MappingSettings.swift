/// What a company says of its sources: field names, words and links.
public struct MappingSettings: Sendable {
    private let sources: [String: SourceSettings]
    /// How much one XML text may hold.
    private(set) var xml = XMLLimits()

    /// The documented defaults.
    public static let standard = MappingSettings()

    /// All that is wrong with settings.
    public struct Problem: Error, Sendable, Equatable, CustomStringConvertible {
        /// One sentence each.
        public let sentences: [String]
        /// The sentences.
        public var description: String { sentences.joined(separator: " ") }
    }

    private init() { sources = [:] }

    /// The defaults with changes for each mapping, named by its type, such as `hubspot.deal.v1`.
    public init(sources: [String: SourceSettings]) throws(Problem) {
        self.sources = sources
        var sentences: [String] = []
        for (type, settings) in sources.sorted(by: { $0.key < $1.key }) {
            guard let defaults = SourceDefaults.all[type] else {
                sentences.append("Mappings: there is no mapping of the type '\(type)'.")
                continue
            }
            var problems: [String] = []
            _ = defaults.fields.replacing(settings.fields, &problems)
            for name in settings.words.keys.sorted() where Attribute(rawValue: name) == nil {
                problems.append("there is no attribute '\(name)' to have words.")
            }
            if let link = settings.link, !link.contains("{id}") || !link.hasPrefix("http") {
                problems.append("the link is no address with {id} in it.")
            }
            sentences += problems.map { "Mapping \(type): \($0)" }
        }
        guard sentences.isEmpty else { throw Problem(sentences: sentences) }
    }

    /// The same for XML texts that hold no more than `limits` say.
    public func reading(xml limits: XMLLimits) -> MappingSettings {
        var settings = self
        settings.xml = limits
        return settings
    }

    func rules(for type: String) -> SourceRules {
        let defaults = SourceDefaults.all[type] ?? SourceDefaults(fields: FieldMap([:]) { $0.rawValue })
        let settings = sources[type] ?? SourceSettings()
        var problems: [String] = []
        return SourceRules(
            type: type, fields: defaults.fields.replacing(settings.fields, &problems),
            words: defaults.words.merging(settings.words) { $0.merging($1) { $1 } }, link: settings.link,
            containers: defaults.containers, lostWhen: defaults.lostWhen, identify: defaults.identify)
    }
}

/// What differs from a mapping's defaults for one company; plain texts, to be read from a file.
public struct SourceSettings: Sendable, Hashable, Codable {
    /// Fields by attribute, as in ``FieldMap``.
    public let fields: [String: String]
    /// By attribute, the company's word for each of the source's, such as `stage: {"5": "Closed Won"}`.
    public let words: [String: [String: String]]
    /// Where a record can be seen, with `{id}` for its id; a deal then keeps this link to its source.
    public let link: String?

    /// Describes changes; by itself none.
    public init(fields: [String: String] = [:], words: [String: [String: String]] = [:], link: String? = nil) {
        self.fields = fields
        self.words = words
        self.link = link
    }

    private enum CodingKeys: String, CodingKey { case fields, words, link }

    /// Reads what is there; what is absent changes nothing.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        fields = try container.decodeIfPresent([String: String].self, forKey: .fields) ?? [:]
        words = try container.decodeIfPresent([String: [String: String]].self, forKey: .words) ?? [:]
        link = try container.decodeIfPresent(String.self, forKey: .link)
    }
}

/// How a source comes without settings.
struct SourceDefaults: Sendable {
    let fields: FieldMap
    var words: [String: [String: String]] = [:]
    /// What has to come along with a record.
    var containers: [Container] = []
    /// Fields whose value says that the sale was lost, whatever its stage is called.
    var lostWhen: [LostSign] = []
    /// One form for the source's own ids, where two forms are one id.
    var identify: @Sendable (String) -> String = { $0 }

    static let all: [String: SourceDefaults] = [
        SalesforcePlatformEvent.type: .salesforceFlat,
        SalesforceOutboundMessage.type: .salesforceFlat,
        SalesforceChange.type: .salesforceRecord,
        DynamicsExecutionContext.type: .dynamics,
        HubSpotDeal.type: .hubSpot,
        CPQQuote.type: .cpq,
        DocuSignEnvelope.type: .docuSign,
    ]
}
