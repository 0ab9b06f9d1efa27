import Workers

/// How text gets into a log line: bounded, and without anything that could end the line or steer a terminal.
enum LogText {
    /// The longest value, in Unicode scalars: a log line says which and what, it does not carry payloads.
    static let longestValue = 2000

    /// Appends `text` as the inside of a JSON string, cut at the longest value.
    static func appendEscaped(_ text: String, to line: inout [UInt8]) {
        var text = text
        let isWritten = text.withUTF8 { bytes in
            guard bytes.count <= longestValue, bytes.allSatisfy(isPlain) else { return false }
            line.append(contentsOf: bytes)
            return true
        }
        if isWritten { return }
        var count = 0
        for scalar in text.unicodeScalars {
            guard count < longestValue else {
                line.append(contentsOf: "…".utf8)
                return
            }
            appendEscaped(scalar, to: &line)
            count += 1
        }
    }

    /// Appends `text` in quotes.
    static func appendQuoted(_ text: String, to line: inout [UInt8]) {
        line.append(UInt8(ascii: "\""))
        appendEscaped(text, to: &line)
        line.append(UInt8(ascii: "\""))
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte < 0x7F && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
    }

    private static func appendEscaped(_ scalar: Unicode.Scalar, to line: inout [UInt8]) {
        switch scalar {
        case "\"": line.append(contentsOf: #"\""#.utf8)
        case "\\": line.append(contentsOf: #"\\"#.utf8)
        case _ where OutsideText.isEscaped(scalar): line.append(contentsOf: OutsideText.escape(of: scalar).utf8)
        default: line.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
        }
    }
}
