import Crypto
import FoundationEssentials

/// Tells contents apart without showing them.
enum ContentHash {
    /// SHA-256 of the texts in order, in hexadecimal. Stored: never changed.
    static func of(_ texts: [String]) -> String {
        let digest = SHA256.hash(data: Data(texts.joined(separator: "\u{1F}").utf8))
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
