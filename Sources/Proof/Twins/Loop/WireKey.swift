import Crypto
import Fleet
import FoundationEssentials

/// A stored key as it goes over the wire: SHA-256 in hexadecimal.
enum WireKey {
    static func of(_ key: String) -> String {
        SHA256.hash(data: Data(key.utf8)).hexadecimal
    }
}
