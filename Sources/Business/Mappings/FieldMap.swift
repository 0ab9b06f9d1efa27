/// Which field of a source holds what, as values that can be replaced by a company's own.
///
/// A field is a path of names with points between, such as `Account.Name`. `A | B` takes the first that has a value,
/// `A + B` joins two texts with a space, and `'EUR'` is a constant.
public struct FieldMap: Sendable, Hashable {
    /// The fields by the attribute's name, such as `contractPeriod.start` or `lines[].amount`.
    public let names: [String: String]
    private let expressions: [Attribute: Expression]

    /// One of ours, which is right: `derived` names what `named` does not.
    init(_ named: [Attribute: String], derived: (Attribute) -> String) {
        let all = Attribute.allCases.map { ($0, named[$0] ?? derived($0)) }
        names = Dictionary(uniqueKeysWithValues: all.map { ($0.rawValue, $1) })
        expressions = Dictionary(uniqueKeysWithValues: all.map { ($0, Expression($1)) })
    }

    /// The same with other fields for some attributes; all that is wrong with these goes to `problems`.
    func replacing(_ fields: [String: String], _ problems: inout [String]) -> FieldMap {
        var named: [Attribute: String] = [:]
        for (name, field) in fields.sorted(by: { $0.key < $1.key }) {
            guard let attribute = Attribute(rawValue: name) else {
                problems.append("there is no attribute '\(name)'.")
                continue
            }
            if Expression(field).isEmpty { problems.append("'\(name)' has no field.") }
            named[attribute] = field
        }
        return FieldMap(named) { names[$0.rawValue] ?? "" }
    }

    subscript(attribute: Attribute) -> Expression { expressions[attribute] ?? Expression("") }

    /// What stands for an attribute, taken apart.
    struct Expression: Sendable, Hashable {
        enum Part: Sendable, Hashable {
            case path([String])
            case constant(String)
        }

        /// In order of preference, each a sequence of what is joined.
        let alternatives: [[Part]]

        var isEmpty: Bool { alternatives.isEmpty }

        init(_ text: String) {
            alternatives = text.split(separator: "|").compactMap { alternative in
                let parts = alternative.split(separator: "+").compactMap { Expression.part($0) }
                return parts.isEmpty ? nil : parts
            }
        }

        /// The first field that it names.
        var firstPath: [String] {
            for case .path(let path) in alternatives.joined() { return path }
            return []
        }

        /// All its fields, in order of preference.
        var paths: [[String]] {
            alternatives.joined().compactMap { if case .path(let path) = $0 { path } else { nil } }
        }

        /// The first names of all its fields.
        var fields: [String] {
            alternatives.joined().compactMap { part in
                if case .path(let path) = part { path.first } else { nil }
            }
        }

        private static func part(_ text: Substring) -> Part? {
            let text = text.trimmed
            guard !text.isEmpty else { return nil }
            if text.utf8.count > 1, text.first == "'", text.last == "'" {
                return .constant(String(text.dropFirst().dropLast()))
            }
            return .path(text.split(separator: ".").map(String.init))
        }
    }
}

extension StringProtocol {
    /// Without spaces, tabs and line ends around it.
    var trimmed: String {
        let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" || $0.isNewline || $0 == "\u{A0}" }
        return String(String(drop(while: isSpace).reversed()).drop(while: isSpace).reversed())
    }
}
