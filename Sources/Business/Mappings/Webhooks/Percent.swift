/// The percent escapes of an address.
enum Percent {
    /// The text with every escape decoded; nil where the bytes are no UTF-8. What is no escape stays as it is.
    static func decoded(_ text: some StringProtocol) -> String? {
        String(validating: decoded(text) { _ in true }, as: UTF8.self)
    }

    /// The bytes of `text` with the escapes of those bytes decoded that `decodes` says.
    static func decoded(_ text: some StringProtocol, where decodes: (UInt8) -> Bool) -> [UInt8] {
        let bytes = Array(text.utf8)
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count,
                let high = Character(Unicode.Scalar(bytes[index + 1])).hexDigitValue,
                let low = Character(Unicode.Scalar(bytes[index + 2])).hexDigitValue, decodes(UInt8(high << 4 | low))
            {
                result.append(UInt8(high << 4 | low))
                index += 3
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return result
    }
}
