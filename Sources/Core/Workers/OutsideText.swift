/// Text that came from outside, made fit to be stored, shown and told further: the one place that says which characters
/// and how much of them that leaves.
public enum OutsideText {
    /// The longest text that travels as a property of a message, in bytes: what AMQP calls a short string.
    public static let longestProperty = 255
    /// The longest id that is stored, in bytes; answers to publishers take no longer one.
    public static let longestIdentifier = 128
    /// The longest remark of another system that is kept, in characters.
    public static let longestRemark = 200

    /// Whether a text has a character that no contract of ours takes: one that steers a terminal, ends a line, or changes
    /// the order in which others are read. U+0000 to U+001F, U+007F to U+009F, U+2028 to U+202E, U+2066 to U+2069.
    public static func hasControls(_ text: String) -> Bool {
        var (last, beforeLast): (UInt8, UInt8) = (0, 0)
        for byte in text.utf8 {
            if byte < 0x20 || byte == 0x7F { return true }
            // In UTF-8, C2 80 to C2 9F; E2 80 A8 to E2 80 AE; E2 81 A6 to E2 81 A9.
            if last == 0xC2, byte < 0xA0 { return true }
            if beforeLast == 0xE2 {
                if last == 0x80, 0xA8...0xAE ~= byte { return true }
                if last == 0x81, 0xA6...0xA9 ~= byte { return true }
            }
            (beforeLast, last) = (last, byte)
        }
        return false
    }

    /// Whether a character is shown as its number: one that no contract takes, and those that are not seen and yet change
    /// what is read, which names of some languages need.
    public static func isEscaped(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "\u{0}"..<" ", "\u{7F}"..."\u{9F}", "\u{2028}"..."\u{202E}", "\u{2066}"..."\u{2069}": true
        case "\u{61C}", "\u{200E}", "\u{200F}", "\u{FEFF}", "\u{FFF9}"..."\u{FFFB}", "\u{E0000}"..."\u{E007F}": true
        default: false
        }
    }

    /// The escape of a character, as JSON has it: `\u001b`, beyond U+FFFF as a pair.
    public static func escape(of scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\n": return #"\n"#
        case "\r": return #"\r"#
        case "\t": return #"\t"#
        default:
            return String(scalar).utf16.map { unit in
                let digits = String(unit, radix: 16)
                return #"\u"# + String(repeating: "0", count: 4 - digits.utf8.count) + digits
            }.joined()
        }
    }

    /// A text as people may see it on one line of a terminal: what would steer the terminal, or lie about the order of the
    /// letters, is escaped. What is `kept` is not: ends of lines and tabs, where the text is ours to lay out.
    public static func printable(_ text: String, keeping kept: Set<Unicode.Scalar> = []) -> String {
        func isPlain(_ scalar: Unicode.Scalar) -> Bool { !isEscaped(scalar) || kept.contains(scalar) }
        guard text.unicodeScalars.contains(where: { !isPlain($0) }) else { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            if isPlain(scalar) { result.unicodeScalars.append(scalar) } else { result += escape(of: scalar) }
        }
        return result
    }

    /// A text as rows and headers may hold it: each control is replaced, and it is cut to `longest` bytes of UTF-8.
    public static func storable(_ text: String, longest: Int = longestProperty) -> String {
        var result = ""
        var bytes = 0
        for scalar in text.unicodeScalars {
            let kept = isEscaped(scalar) ? "\u{FFFD}" : scalar
            bytes += UTF8.width(kept)
            guard bytes <= longest else { break }
            result.unicodeScalars.append(kept)
        }
        return result
    }

    /// Whether a text stood in the way of being stored as it was: what is left of it is not what was sent.
    public static func wasReplaced(in text: String) -> Bool { text.unicodeScalars.contains("\u{FFFD}") }

    /// An id as it is stored and told further, in printable ASCII without spaces: every other byte is percent-encoded, and
    /// it is cut to 128 bytes. Nil for an empty one.
    public static func identifier(_ text: String) -> String? {
        var result: [UInt8] = []
        for byte in text.utf8 {
            let encoded = 0x21...0x7E ~= byte ? [byte] : percentEncoded(byte)
            guard result.count + encoded.count <= longestIdentifier else { break }
            result += encoded
        }
        return result.isEmpty ? nil : String(decoding: result, as: UTF8.self)
    }

    /// What another system said in its own words, for the row of an incident alone: on one line, without addresses of
    /// e-mail and long numbers, cut. Nil where nothing is left.
    public static func remark(_ text: String) -> String? {
        // What is cut off could have been the end of a number, so that is looked for in somewhat more.
        let words = text.prefix(4 * longestRemark).unicodeScalars.map { isEscaped($0) ? " " : $0 }
            .split(whereSeparator: { $0.properties.isWhitespace })
        let line = words.map { String(String.UnicodeScalarView($0)) }.map(withoutAddress).joined(separator: " ")
        let masked = withoutLongNumbers(line)
        guard !masked.isEmpty else { return nil }
        return masked.count <= longestRemark ? masked : masked.prefix(longestRemark - 1) + "…"
    }

    private static func percentEncoded(_ byte: UInt8) -> [UInt8] {
        let digits = Array("0123456789ABCDEF".utf8)
        return [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }

    private static func withoutAddress(_ word: String) -> String {
        let parts = word.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count > 1,
            parts.dropFirst().contains(where: { $0.first?.isLetter == true || $0.first?.isNumber == true })
        else { return word }
        return "[e-mail]"
    }
}

extension OutsideText {
    /// How many digits make a number that may name a person or a company: a tax id, an account, a telephone.
    private static let longNumber = 7
    /// How long a word of capitals and digits is that may be a tax id, such as `ATU12345678`.
    private static let longCode = 8

    /// Numbers of seven digits and more, in groups or not, and words that look like a tax id, are left out; dates stay.
    private static func withoutLongNumbers(_ line: String) -> String {
        var rest = line.unicodeScalars[...]
        var result = String.UnicodeScalarView()
        while let first = rest.first {
            guard isLetterOrDigit(first) else {
                result.append(rest.removeFirst())
                continue
            }
            let run = self.run(at: rest)
            rest = rest[run.endIndex...]
            result.append(contentsOf: isTelling(run) ? "[number]".unicodeScalars[...] : run)
        }
        return String(result)
    }

    /// Letters and digits that stand together, and further groups of digits that one separator joins to a digit.
    private static func run(at text: Substring.UnicodeScalarView) -> Substring.UnicodeScalarView {
        var end = text.startIndex
        while end < text.endIndex {
            if isLetterOrDigit(text[end]) {
                end = text.index(after: end)
                continue
            }
            let next = text.index(after: end)
            guard " .-/".unicodeScalars.contains(text[end]), next < text.endIndex, isDigit(text[next]),
                isDigit(text[text.index(before: end)])
            else { break }
            end = next
        }
        return text[..<end]
    }

    private static func isTelling(_ run: Substring.UnicodeScalarView) -> Bool {
        if isDate(run) { return false }
        if run.count(where: isDigit) >= longNumber { return true }
        let startsWithLetters = run.prefix(2).allSatisfy { "A"..."Z" ~= $0 }
        return run.count >= longCode && startsWithLetters && run.contains(where: isDigit)
            && run.allSatisfy { "A"..."Z" ~= $0 || isDigit($0) }
    }

    /// Such as `2027-01-31`, or the beginning of a time.
    private static func isDate(_ run: Substring.UnicodeScalarView) -> Bool {
        let shape = String(String.UnicodeScalarView(run.map { isDigit($0) ? "0" : $0 }))
        return ["0000-00-00", "0000-00-00T00"].contains(shape)
    }

    private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { "0"..."9" ~= scalar }
    private static func isLetterOrDigit(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isAlphabetic || scalar.properties.numericType != nil
    }
}
