import Crypto
import Settings

/// The token that callers of the checks have to show.
struct BearerToken: Sendable {
    private let hash: SHA256.Digest

    init(_ token: HiddenText) {
        hash = SHA256.hash(data: Array(token.revealed.utf8))
    }

    /// Whether an `Authorization` header shows the token; takes the same time however much of it is right.
    func isShown(in header: String?) -> Bool {
        guard let header, header.lowercased().hasPrefix("bearer ") else { return false }
        let shown = header.utf8.dropFirst("bearer ".utf8.count)
        // Digests compare in constant time, and hashing hides the lengths.
        return SHA256.hash(data: Array(shown)) == hash
    }
}
