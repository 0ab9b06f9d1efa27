/// How an entity's projects are numbered: text with `{seq:DIGITS}` once and `{year}` where the year shall stand.
public struct NumberingPattern: Sendable, Hashable {
    private enum Part: Sendable, Hashable {
        case text(String)
        case year
        case sequence(digits: Int)
    }
    private let parts: [Part]

    /// Reads a pattern such as `DE-{year}-{seq:6}`; nil for one without a sequence, or with another placeholder.
    public init?(_ pattern: String) {
        var parts: [Part] = []
        var rest = pattern[...]
        while let open = rest.firstIndex(of: "{") {
            guard let close = rest[open...].firstIndex(of: "}") else { return nil }
            let text = rest[..<open]
            guard !text.contains("}") else { return nil }
            if !text.isEmpty { parts.append(.text(String(text))) }
            let name = rest[rest.index(after: open)..<close]
            if name == "year" {
                parts.append(.year)
            } else if name.hasPrefix("seq:"), let digits = Int(name.dropFirst(4)), 1...12 ~= digits {
                parts.append(.sequence(digits: digits))
            } else {
                return nil
            }
            rest = rest[rest.index(after: close)...]
        }
        if !rest.isEmpty { parts.append(.text(String(rest))) }
        let sequences = parts.filter { if case .sequence = $0 { true } else { false } }
        guard sequences.count == 1, !rest.contains("}") else { return nil }
        self.parts = parts
    }

    /// Whether each year has numbers of its own.
    public var isYearly: Bool { parts.contains(.year) }

    /// The number that comes at `sequence`, which may need more digits than the pattern has.
    public func number(year: Int, sequence: Int64) -> String {
        parts.map { part in
            switch part {
            case .text(let text): text
            case .year: String(year)
            case .sequence(let digits):
                String(repeating: "0", count: max(digits - String(sequence).count, 0)) + String(sequence)
            }
        }.joined()
    }
}
