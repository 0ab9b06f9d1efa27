import Workers

/// What a text of the contract must look like; the schema says the same in `minLength`, `maxLength` and `pattern`.
struct TextRule: Sendable {
    let maximalLength: Int
    let says: String
    let allows: @Sendable (String) -> Bool

    init(_ maximalLength: Int, _ says: String = "", allows: @escaping @Sendable (String) -> Bool = { _ in true }) {
        self.maximalLength = maximalLength
        self.says = says
        self.allows = allows
    }

    /// What is wrong with `text`; nil when nothing is.
    func problem(with text: String) -> String? {
        if text.utf8.isEmpty { return "is empty" }
        // JSON Schema counts code points, and no text has more of them than bytes.
        if text.utf8.count > maximalLength, text.unicodeScalars.count > maximalLength {
            return "is longer than \(maximalLength) characters"
        }
        if OutsideText.hasControls(text) { return "contains a control character" }
        return allows(text) ? nil : "is not \(says)"
    }

    private static func code(_ maximalLength: Int, _ others: StaticString, _ says: String) -> TextRule {
        let others = Array(others.description.utf8)
        return TextRule(maximalLength, says) { text in
            var isFirst = true
            for byte in text.utf8 {
                guard byte.isLetterOrDigit || (!isFirst && others.contains(byte)) else { return false }
                isFirst = false
            }
            return true
        }
    }

    static let text32 = TextRule(32)
    static let text64 = TextRule(64)
    static let text128 = TextRule(128)
    static let text200 = TextRule(200)
    static let text256 = TextRule(256)
    static let text500 = TextRule(500)
    static let text512 = TextRule(512)
    static let opportunity = code(64, "._:-", "a letter or digit followed by letters, digits and . _ : -")
    static let contract = code(64, "._:/#-", "a letter or digit followed by letters, digits and . _ : / # -")
    static let entity = code(32, "._-", "a letter or digit followed by letters, digits and . _ -")
    static let service = code(64, "._-", "a letter or digit followed by letters, digits and . _ -")
    static let source = TextRule(63, "a slug: a small letter followed by small letters, digits and -") { text in
        text.utf8.first.map { UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 } == true
            && text.utf8.allSatisfy {
                UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 || UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0
                    || $0 == UInt8(ascii: "-")
            }
    }
    static let correlation = TextRule(128, "printable ASCII without spaces") { $0.utf8.allSatisfy(\.isPrintable) }
    static let link = TextRule(2048, "an http or https address") { text in
        text.utf8.allSatisfy(\.isPrintable)
            && ["http://", "https://"].contains { text.utf8.starts(with: $0.utf8) && text.utf8.count > $0.utf8.count }
    }
    static let email = TextRule(254, "an e-mail address") { text in
        let parts = text.utf8.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        return parts.count == 2 && parts.allSatisfy { !$0.isEmpty && !$0.contains(0x20) }
    }
    static let sha256 = TextRule(64, "64 small hexadecimal digits") { text in
        text.utf8.count == 64
            && text.utf8.allSatisfy {
                UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 || UInt8(ascii: "a")...UInt8(ascii: "f") ~= $0
            }
    }
    static let country = TextRule(2, "two capital letters of ISO 3166-1") { text in
        text.utf8.count == 2 && text.utf8.allSatisfy { UInt8(ascii: "A")...UInt8(ascii: "Z") ~= $0 }
    }
}

extension UInt8 {
    fileprivate var isPrintable: Bool { 0x21...0x7E ~= self }
    fileprivate var isLetterOrDigit: Bool {
        UInt8(ascii: "a")...UInt8(ascii: "z") ~= self || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= self
            || UInt8(ascii: "0")...UInt8(ascii: "9") ~= self
    }
}
