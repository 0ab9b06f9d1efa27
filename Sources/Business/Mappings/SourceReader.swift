import Deals
import Workers

/// Reads typed values out of a source's records, keeps going, and gathers everything that is wrong, each in its place.
struct SourceReader {
    private let fields: FieldMap
    private let words: [String: [String: String]]
    private(set) var findings: [Finding] = []
    private var absent: [Finding] = []
    /// Places of which nothing can be said but that they are missing or of another kind.
    private var closed: [String] = []

    init(fields: FieldMap, words: [String: [String: String]]) {
        self.fields = fields
        self.words = words
    }

    /// Everything that is wrong, once something is; bounded like every other answer.
    var failure: MappingFailure? {
        guard !findings.isEmpty else { return nil }
        return MappingFailure(Array((findings + absent).prefix(Limits.standard.findings)))
    }

    mutating func report(_ text: String, cure: String, at path: String, owner: IncidentClass.Owner = .integration) {
        guard findings.count < Limits.standard.findings else { return }
        findings.append(Finding(path: path, owner: owner, text: text, cure: cure))
    }

    /// Says of a container, once, that nothing can be read out of it.
    mutating func close(_ path: String, _ text: String, cure: String) {
        guard !closed.contains(path) else { return }
        closed.append(path)
        report(text, cure: cure, at: path)
    }

    /// Says it of what is in the way of an attribute; false where nothing is.
    private mutating func closeObstacle(of attribute: Attribute, in record: SourceRecord) -> Bool {
        for path in fields[attribute].paths {
            guard let obstacle = record.obstacle(on: path) else { continue }
            close(
                obstacle.path, "is \(obstacle.json.kind) and should be an object",
                cure: "Send it as the source's API answers it, not as a text or a list.")
            return true
        }
        return false
    }

    /// Says of each container that is needed and not there, and of each that is of another kind, that it is so: of its
    /// fields nothing can be said then.
    mutating func checkContainers(_ containers: [Container], in record: SourceRecord) {
        for attribute in Attribute.allCases where !attribute.isOfItem && find(attribute, in: record) == nil {
            if closeObstacle(of: attribute, in: record) { continue }
            for container in containers {
                let paths = fields[attribute].paths.filter { $0.starts(with: container.path) }
                guard !paths.isEmpty, !container.isThere(in: record) else { continue }
                close(
                    ([record.path] + container.path).joined(separator: "."), "is missing", cure: container.cure)
                break
            }
        }
    }

    /// Whether the record has a value for any attribute at all.
    func knowsAnything(of record: SourceRecord) -> Bool {
        Attribute.allCases.contains { attribute in
            !attribute.isOfItem && fields[attribute].paths.contains { record.value(at: $0) != nil }
        }
    }

    /// Notes that a field has to be filled.
    ///
    /// What is missing is no obstacle to mapping: the contract's reader finds it, with its owner and its class. It is named
    /// here only beside an obstacle, so that a publisher hears of everything at once.
    mutating func missing(_ attribute: Attribute, in record: SourceRecord) {
        if closeObstacle(of: attribute, in: record) { return }
        guard absent.count < Limits.standard.findings else { return }
        let place = fields[attribute].paths.map { ([record.path] + $0).joined(separator: ".") }
        guard !place.contains(where: { place in closed.contains { place == $0 || place.hasPrefix($0 + ".") } }) else {
            return
        }
        let path = ([record.path] + fields[attribute].firstPath).joined(separator: ".")
        absent.append(
            Finding(
                path: path, owner: .salesOperations, text: "is missing",
                cure: "Fill this field, or name the field that holds it in the mapping's settings."))
    }

    /// The first of the attribute's fields that has a value.
    func find(_ attribute: Attribute, in record: SourceRecord) -> Located? {
        for parts in fields[attribute].alternatives {
            var found: [Located] = []
            for part in parts {
                switch part {
                case .path(let path): if let value = record.value(at: path) { found.append(value) }
                case .constant(let text): found.append(Located(path: record.path, json: .string(text)))
                }
            }
            guard let first = found.first else { continue }
            let texts = found.compactMap { SourceReader.plain($0.json)?.trimmed }
            guard found.count > 1, texts.count == found.count else { return first }
            return Located(path: first.path, json: .string(texts.joined(separator: " ")))
        }
        return nil
    }

    private static func plain(_ json: JSON) -> String? {
        switch json {
        case .string(let text): text
        case .integer(let value): String(value)
        case .number(let number): number.text
        case .bool(let value): String(value)
        case .null, .array, .object: nil
        }
    }

    /// A value as text and where it stands.
    private mutating func plain(_ attribute: Attribute, in record: SourceRecord) -> (path: String, text: String)? {
        guard let found = find(attribute, in: record) else { return nil }
        if let text = SourceReader.plain(found.json) { return (found.path, text.trimmed) }
        report("is \(found.json.kind) and should be a single value", cure: "Name the field inside it.", at: found.path)
        return nil
    }

    /// A text in the company's words where these are set for the source's, as it is where they are not; on one line: line
    /// ends within an address are commas, and elsewhere spaces.
    mutating func text(_ attribute: Attribute, in record: SourceRecord, lineEnd: String = " ") -> String? {
        guard let (_, text) = plain(attribute, in: record) else { return nil }
        if let word = words[attribute.rawValue]?[text] { return word }
        let lines = text.split(whereSeparator: { $0.isNewline || $0 == "\t" }).map(\.trimmed).filter { !$0.isEmpty }
        return lines.joined(separator: lineEnd)
    }

    /// A single value as it stands there; nil for an object, an array and null.
    func single(_ located: Located) -> String? { SourceReader.plain(located.json)?.trimmed }

    /// A stage in the company's words; nil for what is no single value.
    func stage(_ located: Located) -> String? {
        single(located).map { words[Attribute.stage.rawValue]?[$0] ?? $0 }
    }

    /// One of the contract's words: a word that is set for the source's, or the source's own in small letters with `_`.
    mutating func word(_ attribute: Attribute, of allowed: [String], in record: SourceRecord) -> String? {
        guard let (path, text) = plain(attribute, in: record) else { return nil }
        if let word = known(attribute, text), allowed.contains(word) { return word }
        report(
            "is a word that the mapping does not know",
            cure: "Use \(allowed.joined(separator: ", ")), or set the word for it in the mapping's settings.", at: path)
        return nil
    }

    /// The same where another word means that it does not concern us.
    mutating func wordIfKnown(_ attribute: Attribute, of allowed: [String], in record: SourceRecord) -> String? {
        guard let (_, text) = plain(attribute, in: record), let word = known(attribute, text) else { return nil }
        return allowed.contains(word) ? word : nil
    }

    private func known(_ attribute: Attribute, _ text: String) -> String? {
        if let word = words[attribute.rawValue]?[text] { return word }
        return String(text.lowercased().map { $0 == " " || $0 == "-" ? "_" : $0 })
    }

    /// A country's two letters.
    mutating func country(_ attribute: Attribute, in record: SourceRecord) -> String? {
        guard let (path, _) = plain(attribute, in: record), let text = text(attribute, in: record) else {
            return nil
        }
        if text.utf8.count == 2, text.utf8.allSatisfy({ UInt8(ascii: "A")...UInt8(ascii: "Z") ~= $0 }) { return text }
        report(
            "is not two capital letters of ISO 3166-1",
            cure: "Use the code of the country, or set the code for its name in the mapping's settings.", at: path)
        return nil
    }

    /// The currency of all amounts, without which none can be read.
    mutating func currency(in record: SourceRecord) -> Currency? {
        guard let (path, _) = plain(.currency, in: record), let text = text(.currency, in: record) else {
            if find(.currency, in: record) == nil {
                report(
                    "is missing, and without a currency no amount can be read",
                    cure: "Fill this field, or name it in the mapping's settings, or a constant such as 'EUR'.",
                    at: ([record.path] + fields[.currency].firstPath).joined(separator: "."))
            }
            return nil
        }
        if let currency = Currency(text) { return currency }
        report("is not the code of an active ISO 4217 currency", cure: "Use its three letters.", at: path)
        return nil
    }

    /// A decimal amount in the currency's minor units, exactly.
    mutating func minor(_ attribute: Attribute, _ currency: Currency, in record: SourceRecord) -> Int64? {
        let places = currency.exponent
        return units(
            attribute, places: places, in: record,
            "has more decimals than the \(places) of the currency",
            "Use an amount that can be paid: nothing is rounded.")
    }

    /// A quantity in thousandths.
    mutating func thousandths(_ attribute: Attribute, in record: SourceRecord) -> Int64? {
        units(
            attribute, places: 3, in: record, "has more than 3 decimals",
            "Use thousandths at most: nothing is rounded.")
    }

    /// A whole number, however many zeros stand behind its point.
    mutating func integer(_ attribute: Attribute, in record: SourceRecord) -> Int64? {
        units(attribute, places: 0, in: record, "is not a whole number", "Use a whole number.")
    }

    private mutating func units(
        _ attribute: Attribute, places: Int, in record: SourceRecord, _ tooFine: String, _ cure: String
    ) -> Int64? {
        guard let (path, text) = plain(attribute, in: record) else { return nil }
        guard let decimal = ExactDecimal(text) else {
            report(
                "is not a decimal number", cure: "Use digits with a point before the decimals and nothing else.",
                at: path)
            return nil
        }
        do {
            let units = try decimal.units(places: places)
            if 0...SourceReader.maximum ~= units { return units }
            if units >= 0 {
                report("is too large", cure: "Use a number from 0 to what the contract takes.", at: path)
            } else if attribute.isPrice {
                report(BelowZero.text, cure: BelowZero.cure, at: path, owner: BelowZero.owner)
            } else {
                report(BelowZero.text, cure: "Use a number from 0 to what the contract takes.", at: path)
            }
        } catch {
            switch error {
            case .tooManyPlaces: report(tooFine, cure: cure, at: path)
            case .tooLarge: report("is too large", cure: "Use a number from 0 to what the contract takes.", at: path)
            }
        }
        return nil
    }

    /// The largest number that the contract takes.
    static let maximum: Int64 = 9_007_199_254_740_991

    /// A day.
    mutating func day(_ attribute: Attribute, in record: SourceRecord) -> CalendarDate? {
        guard let (path, text) = plain(attribute, in: record) else { return nil }
        if let date = SourceTime.day(text) { return date }
        report(
            SourceTime.milliseconds(text) == nil ? "is not a day" : "is a time of day, which is no day everywhere",
            cure: "Use YYYY-MM-DD, or midnight in UTC.", at: path)
        return nil
    }

    /// A moment to the millisecond, in UTC, so that one moment is one text whoever sends it.
    mutating func moment(_ attribute: Attribute, in record: SourceRecord) -> Timestamp? {
        guard let (path, text) = plain(attribute, in: record) else { return nil }
        if let value = SourceTime.milliseconds(text).flatMap({ Timestamp(millisecondsSince1970: $0) }) { return value }
        report("is not a time", cure: "Use an RFC 3339 time or milliseconds since 1970.", at: path)
        return nil
    }

    /// The records of a list; empty where there is none.
    mutating func records(_ attribute: Attribute, in record: SourceRecord) -> [SourceRecord] {
        guard let found = find(attribute, in: record) else { return [] }
        if let items = found.items {
            for item in items where item.isObstacle {
                close(
                    item.path, "is \(item.json.kind) and should be an object",
                    cure: "Send each item as the source's API answers it.")
            }
            return items.filter { !$0.isObstacle }.map { SourceRecord($0) }
        }
        close(
            found.path, "is no list", cure: "Use an array, an object with records, or one of these as JSON in a text.")
        return []
    }
}
