import Crypto
import FoundationEssentials

/// Tells contents apart without showing them.
enum ContentHash {
    /// SHA-256 of the texts in order, in hexadecimal. Stored: never changed.
    static func of(_ texts: [String]) -> String {
        let digest = SHA256.hash(data: Data(texts.joined(separator: "\u{1F}").utf8))
        return digest.map { $0 < 16 ? "0" + String($0, radix: 16) : String($0, radix: 16) }.joined()
    }
}
