/// Swift text with string literals, and in a second copy comments too, replaced by spaces; every line keeps its number
/// and every character its column.
///
/// Plain regex literals are read as code: a quote in one blanks the rest of its line only.
struct Blanking {
    private(set) var withoutStrings = ""
    private(set) var code = ""

    private let text: [UInt8]
    private var strings: [UInt8]
    private var all: [UInt8]
    private var position = 0

    init(_ source: String) {
        text = Array(source.utf8)
        strings = text
        all = text
        scanCode(untilClosingParenthesis: false)
        withoutStrings = String(decoding: strings, as: UTF8.self)
        code = String(decoding: all, as: UTF8.self)
    }

    private mutating func scanCode(untilClosingParenthesis nested: Bool) {
        var depth = 0
        while position < text.count {
            if matches("//") {
                scanLineComment()
            } else if matches("/*") {
                scanBlockComment()
            } else if let hashes = hashesBeforeQuote() {
                scanString(hashes: hashes)
            } else {
                switch text[position] {
                case UInt8(ascii: "("): depth += 1
                case UInt8(ascii: ")"):
                    if nested && depth == 0 { return }
                    depth -= 1
                default: break
                }
                if nested { blank(1, comment: false) } else { position += 1 }
            }
        }
    }

    private mutating func scanLineComment() {
        while position < text.count, text[position] != UInt8(ascii: "\n") { blank(1, comment: true) }
    }

    private mutating func scanBlockComment() {
        var depth = 0
        while position < text.count {
            if matches("/*") {
                depth += 1
                blank(2, comment: true)
            } else if matches("*/") {
                depth -= 1
                blank(2, comment: true)
                if depth == 0 { return }
            } else {
                blank(1, comment: true)
            }
        }
    }

    private mutating func scanString(hashes: Int) {
        let fence = String(repeating: "#", count: hashes)
        position += hashes
        let isMultiline = matches("\"\"\"")
        let end = (isMultiline ? "\"\"\"" : "\"") + fence
        position += isMultiline ? 3 : 1
        while position < text.count {
            if matches(end) {
                position += end.utf8.count
                return
            } else if matches("\\" + fence + "(") {
                blank(2 + hashes, comment: false)
                scanCode(untilClosingParenthesis: true)
            } else if matches("\\" + fence) {
                blank(2 + hashes, comment: false)
            } else if !isMultiline && text[position] == UInt8(ascii: "\n") {
                return
            } else {
                blank(1, comment: false)
            }
        }
    }

    private func hashesBeforeQuote() -> Int? {
        var ahead = position
        while ahead < text.count, text[ahead] == UInt8(ascii: "#") { ahead += 1 }
        guard ahead < text.count, text[ahead] == UInt8(ascii: "\"") else { return nil }
        return ahead - position
    }

    private func matches(_ literal: String) -> Bool {
        text[position...].starts(with: literal.utf8)
    }

    private mutating func blank(_ count: Int, comment: Bool) {
        for _ in 0..<count where position < text.count {
            if text[position] != UInt8(ascii: "\n") {
                all[position] = UInt8(ascii: " ")
                if !comment { strings[position] = UInt8(ascii: " ") }
            }
            position += 1
        }
    }
}
