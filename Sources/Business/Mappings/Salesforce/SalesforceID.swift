/// An id of a Salesforce record in its form of 18 characters, whose last three say which of the others are capitals.
///
/// The form of 15 characters tells two records apart by case only; the two forms are one id and would else be two deals.
public struct SalesforceID: Sendable, Hashable, CustomStringConvertible {
    /// The 18 characters.
    public let description: String

    /// Takes 15 characters, or 18 whose last three are right; nil for anything else.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 15 || bytes.count == 18, bytes.allSatisfy(SalesforceID.isLetterOrDigit) else { return nil }
        let suffix = SalesforceID.suffix(of: bytes[..<15])
        guard bytes.count == 15 || bytes[15...].elementsEqual(suffix) else { return nil }
        description = String(decoding: bytes[..<15] + suffix, as: UTF8.self)
    }

    /// For each five characters one of A to Z and 0 to 5: a bit for each capital, the first character's the lowest.
    static func suffix(of characters: ArraySlice<UInt8>) -> [UInt8] {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ012345".utf8)
        return stride(from: characters.startIndex, to: characters.endIndex, by: 5).map { start in
            let bits = characters[start...].prefix(5).enumerated().reduce(0) { bits, character in
                UInt8(ascii: "A")...UInt8(ascii: "Z") ~= character.element ? bits | 1 << character.offset : bits
            }
            return alphabet[bits]
        }
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte
            || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
    }
}
