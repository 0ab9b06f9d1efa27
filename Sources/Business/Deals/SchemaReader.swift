import Workers

/// Reads values out of a JSON tree by the rules of the schema, keeps going, and gathers everything that is wrong.
struct SchemaReader {
    private(set) var findings: [Finding] = []
    private(set) var omitted = 0
    /// How many of the findings, listed or not, say that the deal is not complete; the others are mistakes.
    private(set) var missing = 0
    /// By the rules of which contract it reads.
    var contract = DealContract.v1
    /// What is being read, such as `line 3`, for what is missing there.
    var subject: String?
    private var path: [Component] = []
    private let limit: Int

    private enum Component {
        case name(String)
        case index(Int)
    }

    init(limits: Limits, under names: [String] = []) {
        self.limit = limits.findings
        self.path = names.map(Component.name)
    }

    /// All findings, listed or not.
    var count: Int { findings.count + omitted }
    /// The findings that are mistakes, whatever the deal's stage.
    var mistakes: Int { count - missing }

    /// The class of findings that are mistakes: amounts that only the seller can change are no matter of who publishes.
    var schemaMistake: IncidentClass {
        let isOfAmounts = !findings.isEmpty && findings.allSatisfy { BelowZero.isMeant(by: $0) }
        return isOfAmounts && omitted == 0 ? .amountsDoNotAddUp : .wrongSchema
    }

    /// Adds what is wrong at the place that is being read, or at a member of it.
    mutating func report(
        _ text: String, cure: String, at name: String? = nil, owner: IncidentClass.Owner = .integration
    ) {
        // Nobody will read the words of what is only counted.
        guard findings.count < limit else {
            omitted += 1
            return
        }
        var place = "$"
        for component in path {
            switch component {
            case .name(let name): place += ".\(name)"
            case .index(let index): place += "[\(index)]"
            }
        }
        if let name { place += ".\(name)" }
        report(Finding(path: place, owner: owner, text: text, cure: cure))
    }

    /// Adds what somebody else found.
    mutating func report(_ finding: Finding) {
        if findings.count < limit { findings.append(finding) } else { omitted += 1 }
    }

    /// Adds that the member `name` is missing, with who can supply it; in v1, as a mistake of the publisher's.
    mutating func reportMissing(_ name: String, _ text: String = "is missing") {
        guard contract == .v2, case .name("data")? = path.first else {
            return report(text, cure: "Add it.", at: name)
        }
        missing += 1
        guard findings.count < limit else {
            omitted += 1
            return
        }
        let place = path.dropFirst().compactMap { if case .name(let name) = $0 { name } else { nil } } + [name]
        let label = Supply.label(of: place).map { ": \($0)" } ?? ""
        let whose = subject.map { "\(label.isEmpty ? " on" : " of") \($0)" } ?? ""
        report(
            text + label + whose, cure: "Supply it where the deal is kept; it comes with the deal's next version.",
            at: name, owner: Supply.owner(of: place))
    }

    /// Reads a member of an object with `read` if it is there and the contract names it; reports it as missing if the
    /// contract needs it.
    mutating func member<Value>(
        _ name: String, of members: [JSON.Member], _ need: Need = .always,
        _ read: (JSON, inout SchemaReader) -> Value?
    ) -> Value? {
        guard need.isNamed(by: contract) else { return nil }
        if let value = members.first(named: name) { return at(name, value, read) }
        if need.isNeeded(by: contract) { reportMissing(name) }
        return nil
    }

    /// Reads a member of an object with `read`, if it is there.
    mutating func optional<Value>(
        _ name: String, of members: [JSON.Member], _ read: (JSON, inout SchemaReader) -> Value?
    ) -> Value? {
        member(name, of: members, .never, read)
    }

    /// Reads a member that is a group; where v2 needs it and it is missing, reports each part that it should have.
    mutating func group<Value>(
        _ name: String, of members: [JSON.Member], _ need: Need, _ read: (JSON, inout SchemaReader) -> Value?
    ) -> Value? {
        guard contract == .v2, need.isNeeded(by: .v2), members.first(named: name) == nil else {
            return member(name, of: members, need, read)
        }
        return at(name, .object([]), read)
    }

    private mutating func at<Value>(
        _ name: String, _ value: JSON, _ read: (JSON, inout SchemaReader) -> Value?
    ) -> Value? {
        path.append(.name(name))
        defer { path.removeLast() }
        return read(value, &self)
    }

    /// Reads every item of an array of at most `limit` with `read`; nil if it is longer or one of them is wrong.
    mutating func items<Value>(
        _ json: JSON, atMost limit: Int, _ what: String, _ read: (JSON, inout SchemaReader) -> Value?
    ) -> [Value]? {
        guard case .array(let items) = json, items.count > limit else { return self.items(json, read) }
        report("has over \(limit) \(what)", cure: "Send at most \(limit), or split the deal.")
        return nil
    }

    /// Reads every item of an array with `read`; nil if one of them is wrong.
    mutating func items<Value>(_ json: JSON, _ read: (JSON, inout SchemaReader) -> Value?) -> [Value]? {
        guard case .array(let items) = json else { return wrongKind(json, "an array") }
        var values: [Value] = []
        values.reserveCapacity(items.count)
        for (index, item) in items.enumerated() {
            path.append(.index(index))
            if let value = read(item, &self) { values.append(value) }
            path.removeLast()
        }
        return values.count == items.count ? values : nil
    }

    mutating func members(_ json: JSON) -> [JSON.Member]? {
        guard case .object(let members) = json else { return wrongKind(json, "an object") }
        return members
    }

    mutating func text(_ json: JSON, _ rule: TextRule) -> String? {
        guard case .string(let text) = json else { return wrongKind(json, "a string") }
        guard let problem = rule.problem(with: text) else { return text }
        let shape = rule.says.isEmpty ? "" : ", \(rule.says)"
        report(problem, cure: "Send 1 to \(rule.maximalLength) characters without control characters\(shape).")
        return nil
    }

    mutating func integer(_ json: JSON, _ range: ClosedRange<Int64>) -> Int64? {
        switch json {
        case .integer, .number:
            if let value = json.whole, range.contains(value) { return value }
            report(
                "is not a whole number from \(range.lowerBound) to \(range.upperBound)",
                cure: "Send a whole number within these bounds.")
            return nil
        default: return wrongKind(json, "a whole number")
        }
    }

    /// An amount in minor units. One below zero is a discount, and the seller's to put elsewhere.
    mutating func amount(_ json: JSON) -> Int64? {
        guard json.isBelowZero else { return integer(json, 0...DealReader.maximalAmount) }
        report(BelowZero.text, cure: BelowZero.cure, owner: BelowZero.owner)
        return nil
    }

    mutating func date(_ json: JSON) -> CalendarDate? {
        guard case .string(let text) = json else { return wrongKind(json, "a string") }
        if let date = CalendarDate(text), SchemaReader.years.contains(date.year) { return date }
        report("is not a calendar date of the years 1900 to 2199", cure: "Send an existing day as YYYY-MM-DD.")
        return nil
    }

    mutating func timestamp(_ json: JSON) -> Timestamp? {
        guard case .string(let text) = json else { return wrongKind(json, "a string") }
        if let time = Timestamp(text), let year = Array(text.utf8)[..<4].decimal, SchemaReader.years.contains(year) {
            return time
        }
        report(
            "is not an RFC 3339 time of the years 1900 to 2199",
            cure: "Send YYYY-MM-DDThh:mm:ss, at most nine decimals, and Z or an offset such as +02:00.")
        return nil
    }

    /// Reads one of a closed list of words.
    mutating func word<Value>(_ json: JSON, _ words: String, _ value: (String) -> Value?) -> Value? {
        guard case .string(let text) = json else { return wrongKind(json, "a string") }
        if let value = value(text) { return value }
        report("is not \(words)", cure: "Send \(words).")
        return nil
    }

    private mutating func wrongKind<Value>(_ json: JSON, _ expected: String) -> Value? {
        report("is \(json.kind) and should be \(expected)", cure: "Send \(expected).")
        return nil
    }

    /// Years in which a contract can be: a typing mistake such as 0226 or 20260 is caught, and no target chokes on it.
    private static let years = 1900...2199
}
