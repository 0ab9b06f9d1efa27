import Deals
import Workers
import Yams

/// A row being read. Each getter answers the value; where there is none it reports why and answers a placeholder, so that
/// one row shows all its mistakes. A row with a fault is never part of a catalog.
struct YAMLRow {
    let node: Node
    let mapping: Node.Mapping
    let what: String
    let file: YAMLFile

    func has(_ key: String) -> Bool { mapping[Node(key)] != nil }

    func line(of key: String? = nil) -> Int? {
        // The key's own line: a block under it begins on a later one.
        let named = key.flatMap { key in mapping.first { $0.key.string == key }?.key.mark?.line }
        return named ?? node.mark?.line
    }

    func report(_ sentence: String, at key: String? = nil) { file.report(sentence, at: line(of: key)) }

    private func value(_ key: String) -> Node? {
        guard let value = mapping[Node(key)] else {
            report("\(what) lacks `\(key)`")
            return nil
        }
        return value
    }

    // MARK: - Texts

    func text(_ key: String) -> String { value(key).flatMap { text($0, "`\(key)`") } ?? "" }

    func optionalText(_ key: String) -> String? { has(key) ? text(key) : nil }

    /// Letters, digits and . _ - as in the codes of the deals' contract.
    func code(_ key: String, allowing others: Set<String> = []) -> String {
        guard let value = value(key), let text = text(value, "`\(key)`") else { return "" }
        return check(code: text, "`\(key)`", allowing: others, at: value)
    }

    func optionalCode(_ key: String) -> String? { has(key) ? code(key) : nil }

    func codes(_ key: String) -> [String] {
        list(key).compactMap { entry in
            text(entry, "each entry of `\(key)`").map { check(code: $0, "`\(key)`", at: entry) }
        }
    }

    func texts(_ key: String) -> [String] { list(key).compactMap { text($0, "each entry of `\(key)`") } }

    func country(_ key: String, allowing other: String? = nil) -> String {
        let text = text(key)
        let isCountry = text.utf8.count == 2 && text.utf8.allSatisfy { UInt8(ascii: "A")...UInt8(ascii: "Z") ~= $0 }
        if !text.isEmpty, !isCountry, text != other {
            report("`\(key)` is \"\(text)\"; it has to be two capital letters of ISO 3166-1", at: key)
        }
        return text
    }

    private func text(_ node: Node, _ what: String) -> String? {
        guard node.scalar != nil, node.kind == .text, let text = node.string, !text.isEmpty else {
            file.report("\(what) has to be a text\(node.kind.hint)", at: node.mark?.line)
            return nil
        }
        return text
    }

    private func check(code: String, _ what: String, allowing others: Set<String> = [], at node: Node) -> String {
        let isCode =
            code.utf8.count <= 64 && code.utf8.first.map { $0.isLetterOrDigit } == true
            && code.utf8.allSatisfy { $0.isLetterOrDigit || "._-".utf8.contains($0) }
        if !isCode, !others.contains(code) {
            file.report(
                "\(what) is \"\(code)\"; a code is at most 64 letters, digits and . _ -, a letter or digit first",
                at: node.mark?.line)
        }
        return code
    }

    // MARK: - Numbers, dates, choices

    func integer(_ key: String, in range: ClosedRange<Int64>) -> Int64 {
        guard let value = value(key) else { return range.lowerBound }
        guard value.kind == .integer, let number = value.string.flatMap({ Int64($0) }), range.contains(number) else {
            let found = value.scalar.map { "\"\($0.string)\"" } ?? "no number"
            file.report(
                """
                `\(key)` is \(found); it has to be a whole number from \(range.lowerBound) to \(range.upperBound)
                """,
                at: value.mark?.line)
            return range.lowerBound
        }
        return number
    }

    func integer(_ key: String, in range: ClosedRange<Int>) -> Int {
        Int(integer(key, in: Int64(range.lowerBound)...Int64(range.upperBound)))
    }

    func bool(_ key: String, or other: Bool? = nil) -> Bool {
        if let other, !has(key) { return other }
        guard let value = value(key) else { return false }
        guard value.kind == .bool, let bool = value.bool else {
            file.report("`\(key)` has to be true or false", at: value.mark?.line)
            return false
        }
        return bool
    }

    func date(_ key: String) -> CalendarDate {
        guard let value = value(key) else { return .placeholder }
        guard let date = value.scalar.flatMap({ CalendarDate($0.string) }) else {
            let found = value.scalar.map { "\"\($0.string)\"" } ?? "no date"
            file.report("`\(key)` is \(found); a date is YYYY-MM-DD and in the calendar", at: value.mark?.line)
            return .placeholder
        }
        return date
    }

    func optionalDate(_ key: String) -> CalendarDate? { has(key) ? date(key) : nil }

    func currency(_ key: String) -> Currency {
        guard let value = value(key), let text = text(value, "`\(key)`") else { return .placeholder }
        return currency(text, "`\(key)`", at: value)
    }

    func currencies(_ key: String) -> [Currency] {
        list(key).compactMap { entry in
            text(entry, "each entry of `\(key)`").map { currency($0, "`\(key)`", at: entry) }
        }
    }

    private func currency(_ code: String, _ what: String, at node: Node) -> Currency {
        guard let currency = Currency(code) else {
            file.report("\(what) is \"\(code)\", which is no active currency of ISO 4217", at: node.mark?.line)
            return .placeholder
        }
        return currency
    }

    /// `rule` says what the values are where they are too many to be listed.
    func choice<Choice: RawRepresentable & CaseIterable>(
        _ key: String, or other: Choice? = nil, rule: String? = nil
    ) -> Choice where Choice.RawValue == String {
        if let other, !has(key) { return other }
        guard let value = value(key), let choice: Choice = choice(value, "`\(key)`", rule) else { return .first }
        return choice
    }

    func choices<Choice: RawRepresentable & CaseIterable>(_ key: String, or others: [Choice]? = nil) -> [Choice]
    where Choice.RawValue == String {
        if let others, !has(key) { return others }
        return list(key).compactMap { choice($0, "`\(key)`") }
    }

    private func choice<Choice: RawRepresentable & CaseIterable>(
        _ node: Node, _ what: String, _ rule: String? = nil
    ) -> Choice? where Choice.RawValue == String {
        guard node.scalar != nil, let text = node.string, let choice = Choice(rawValue: text) else {
            let found = node.scalar.map { "\"\($0.string)\"" } ?? "no text"
            let names = "one of \(Choice.allCases.map(\.rawValue).joined(separator: ", "))"
            file.report("\(what) is \(found); it has to be \(rule ?? names)", at: node.mark?.line)
            return nil
        }
        return choice
    }

    // MARK: - Parts

    /// The parts under `key`; none where the key is absent and `isOptional`.
    func rows(_ key: String, _ what: String, allowing keys: [String], isOptional: Bool = false) -> [YAMLRow] {
        if isOptional, !has(key) { return [] }
        return list(key).compactMap { file.row($0, what, allowing: keys) }
    }

    func row(_ key: String, allowing keys: [String]) -> YAMLRow? {
        value(key).flatMap { file.row($0, "`\(key)`", allowing: keys) }
    }

    /// A mapping of names to codes, such as financial dimensions.
    func named(_ key: String) -> [String: String] { value(key).map { named($0, "`\(key)`") } ?? [:] }

    func namedList(_ key: String) -> [[String: String]] { list(key).map { named($0, "each entry of `\(key)`") } }

    private func named(_ node: Node, _ what: String) -> [String: String] {
        guard let mapping = node.mapping, !mapping.isEmpty else {
            file.report("\(what) has to be a mapping of names to codes", at: node.mark?.line)
            return [:]
        }
        var values: [String: String] = [:]
        for (key, value) in mapping {
            let name = key.string ?? ""
            if let text = text(value, "`\(name)`") { values[name] = check(code: text, "`\(name)`", at: value) }
        }
        return values
    }

    private func list(_ key: String) -> [Node] {
        guard let value = value(key) else { return [] }
        guard let sequence = value.sequence, !sequence.isEmpty else {
            file.report("`\(key)` has to be a list with at least one entry", at: value.mark?.line)
            return []
        }
        return Array(sequence)
    }
}

extension Node {
    enum Kind { case text, integer, bool, other }

    /// What YAML takes a plain value for: `NO` is a boolean, not Norway.
    fileprivate var kind: Kind {
        switch tag.description {
        case Tag.Name.str.rawValue: .text
        case Tag.Name.int.rawValue: .integer
        case Tag.Name.bool.rawValue: .bool
        default: .other
        }
    }
}

extension Node.Kind {
    fileprivate var hint: String {
        switch self {
        case .text: ", not an empty one"
        case .integer, .bool: "; put it in quotes"
        case .other: ""
        }
    }
}

extension CalendarDate {
    fileprivate static let placeholder: CalendarDate = {
        guard let date = CalendarDate(year: 1, month: 1, day: 1) else { preconditionFailure("no first day") }
        return date
    }()
}

extension Currency {
    fileprivate static let placeholder: Currency = {
        guard let currency = Currency("EUR") else { preconditionFailure("no EUR") }
        return currency
    }()
}

extension CaseIterable {
    fileprivate static var first: Self {
        guard let first = allCases.first else { preconditionFailure("\(Self.self) has no case") }
        return first
    }
}

extension UInt8 {
    fileprivate var isLetterOrDigit: Bool {
        UInt8(ascii: "a")...UInt8(ascii: "z") ~= self || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= self
            || UInt8(ascii: "0")...UInt8(ascii: "9") ~= self
    }
}
