import Yams

/// A mapping of a ``YAMLDocument``: each getter returns the value, or reports what is wrong and returns nothing.
struct YAMLMapping {
    let node: Node
    let mapping: Node.Mapping
    let what: String
    let document: YAMLDocument

    func has(_ key: String) -> Bool { mapping[Node(key)] != nil }

    func value(_ key: String) -> Node? {
        guard let value = mapping[Node(key)] else {
            document.report("\(what) lacks `\(key)`", at: node)
            return nil
        }
        return value
    }

    func text(_ key: String) -> String? {
        guard let value = value(key) else { return nil }
        guard let text = value.string, !text.isEmpty else {
            document.report("`\(key)` has to be a text", at: value)
            return nil
        }
        return text
    }

    func name(_ key: String) -> String? {
        guard let text = text(key) else { return nil }
        guard Names.isValid(text) else {
            document.report("`\(key)` is \"\(text)\"; \(Names.rule)", at: mapping[Node(key)])
            return nil
        }
        return text
    }

    func integer(_ key: String, in range: ClosedRange<Int>) -> Int? {
        guard let value = value(key) else { return nil }
        guard let integer = value.int, range.contains(integer) else {
            let found = value.string.map { "\"\($0)\"" } ?? "no number"
            document.report(
                "`\(key)` is \(found); it has to be a number from \(range.lowerBound) to \(range.upperBound)", at: value
            )
            return nil
        }
        return integer
    }

    func duration(_ key: String) -> Duration? {
        guard let value = value(key) else { return nil }
        guard let text = value.string, let duration = Self.duration(text) else {
            let found = value.string.map { "\"\($0)\"" } ?? "no duration"
            document.report("`\(key)` is \(found); a duration is a whole number with ms, s, min or h", at: value)
            return nil
        }
        return duration
    }

    func list(_ key: String) -> [Node] {
        guard let value = value(key) else { return [] }
        guard let sequence = value.sequence, !sequence.isEmpty else {
            document.report("`\(key)` has to be a list with at least one entry", at: value)
            return []
        }
        return Array(sequence)
    }

    func texts(_ key: String) -> [String] {
        list(key).compactMap { entry in
            guard let text = entry.string, !text.isEmpty else {
                document.report("each entry of `\(key)` has to be a text", at: entry)
                return nil
            }
            return text
        }
    }

    func mappings(_ key: String, _ what: String, allowing keys: [String]) -> [YAMLMapping] {
        list(key).compactMap { document.mapping($0, what, allowing: keys) }
    }

    func mapping(_ key: String, allowing keys: [String]) -> YAMLMapping? {
        value(key).flatMap { document.mapping($0, "`\(key)`", allowing: keys) }
    }

    func report(_ sentence: String, at key: String? = nil) {
        document.report(sentence, at: key.flatMap { mapping[Node($0)] } ?? node)
    }

    private static func duration(_ text: String) -> Duration? {
        let digits = text.prefix { ("0"..."9").contains($0) }
        // Nine digits of hours are past every sensible wait; more would overflow.
        guard digits.count <= 9, let number = Int(digits), number > 0 else { return nil }
        switch text.dropFirst(digits.count) {
        case "ms": return .milliseconds(number)
        case "s": return .seconds(number)
        case "min": return .seconds(number * 60)
        case "h": return .seconds(number * 3600)
        default: return nil
        }
    }
}
