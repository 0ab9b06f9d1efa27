/// Text in the Prometheus exposition format 0.0.4.
struct Exposition {
    /// What scrapers are told the text is.
    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    private(set) var text = ""

    /// Begins a metric. All its series must follow before the next begins.
    mutating func begin(_ name: String, type: String, help: String) {
        if !help.isEmpty { text += "# HELP \(name) \(Self.escaped(help, quotes: false))\n" }
        text += "# TYPE \(name) \(type)\n"
    }

    /// Adds one series.
    mutating func add(_ name: String, labels: String, value: String) {
        text += labels.isEmpty ? "\(name) \(value)\n" : "\(name){\(labels)} \(value)\n"
    }

    /// The inside of a label list: sorted and escaped, with names that are allowed and differ.
    static func labels(_ pairs: some Sequence<(String, String)>) -> String {
        var byName: [String: String] = [:]
        for (name, value) in pairs { byName[labelName(name)] = value }
        return byName.sorted { $0.key < $1.key }
            .map { "\($0.key)=\"\(escaped($0.value, quotes: true))\"" }
            .joined(separator: ",")
    }

    /// A value as the format writes it.
    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        if let whole = Int64(exactly: value), whole.magnitude < 1 << 53 { return String(whole) }
        return value.description
    }

    /// `name` with each character that metric names may not have made an underscore.
    static func metricName(_ name: String) -> String {
        allowed(name) { $0 == ":" }
    }

    private static func labelName(_ name: String) -> String {
        let name = allowed(name) { _ in false }
        // `le` belongs to histograms' buckets.
        return name == "le" ? "le_" : name
    }

    private static func allowed(_ name: String, also: (Unicode.Scalar) -> Bool) -> String {
        var result = String.UnicodeScalarView()
        for scalar in name.unicodeScalars {
            let isDigit = ("0"..."9").contains(scalar)
            let isLetter = ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || scalar == "_"
            if isDigit && result.isEmpty { result.append("_") }
            result.append(isLetter || isDigit || also(scalar) ? scalar : "_")
        }
        return result.isEmpty ? "_" : String(result)
    }

    private static func escaped(_ text: String, quotes: Bool) -> String {
        var result = ""
        for character in text.unicodeScalars {
            switch character {
            case "\\": result += #"\\"#
            case "\n": result += #"\n"#
            case "\"" where quotes: result += #"\""#
            default: result.unicodeScalars.append(character)
            }
        }
        return result
    }
}
