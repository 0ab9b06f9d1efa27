import Catalogs

/// A row of the catalog and the fields of a plan that it gave.
public struct FieldSource: Sendable, Codable, Hashable {
    /// The row, its table, the days on which it holds and the version of the catalog.
    public let rule: RuleUsed
    /// The fields, such as `legalEntity` or `lines[3].billingCode`.
    public let fields: [String]

    /// Says what a row gave.
    public init(rule: RuleUsed, fields: [String]) {
        self.rule = rule
        self.fields = fields
    }
}

/// Which rows gave which fields, in the order in which they were first used.
struct Sources {
    private var places: [RuleUsed: Int] = [:]
    private var rules: [RuleUsed] = []
    private var fields: [[String]] = []

    /// Writes down that `field` rests on these rows.
    mutating func note(_ used: some Sequence<RuleUsed>, for field: String) {
        for rule in used {
            if let place = places[rule] {
                // The same field comes again at once, for the parts of a package.
                if fields[place].last != field { fields[place].append(field) }
            } else {
                places[rule] = rules.count
                rules.append(rule)
                fields.append([field])
            }
        }
    }

    /// Everything that was written down.
    var all: [FieldSource] { zip(rules, fields).map(FieldSource.init) }
}
