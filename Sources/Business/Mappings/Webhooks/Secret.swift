import Crypto
import Foundation

/// A secret that a source shares with us; prints nothing of itself.
public struct Secret: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    private let text: String

    /// Takes a secret; nil for an empty one, which everybody knows.
    public init?(_ text: String) {
        guard !text.isEmpty else { return nil }
        self.text = text
    }

    /// Never the secret.
    public var description: String { "(secret)" }
    /// Never the secret.
    public var debugDescription: String { "(secret)" }
    /// No children, so that dumping prints nothing either.
    public var customMirror: Mirror { Mirror(self, children: [:]) }

    /// Base64 of HMAC-SHA256 over `bytes`.
    func signature(of bytes: [UInt8]) -> String {
        let code = HMAC<SHA256>.authenticationCode(for: bytes, using: SymmetricKey(data: Array(text.utf8)))
        return Data(code).base64EncodedString()
    }

    /// Whether `other` is the secret; takes as long for every wrong one.
    func equals(_ other: String) -> Bool { Secret.equal(text, other) }

    /// Compares without telling by its duration where two texts differ, nor how long the secret one is: the digests'
    /// comparison takes constant time.
    static func equal(_ one: String, _ other: String) -> Bool {
        SHA256.hash(data: Array(one.utf8)) == SHA256.hash(data: Array(other.utf8))
    }
}
