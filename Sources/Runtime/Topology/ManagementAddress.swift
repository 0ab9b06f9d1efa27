import Foundation

/// Where the broker's management API is, and who asks; prints without the password.
public struct ManagementAddress: Sendable, CustomStringConvertible {
    /// Scheme, host and port, and the path before `/api` where a proxy adds one.
    let base: String
    /// The user who asks.
    let user: String
    let password: Password

    /// Reads `http(s)://user:password@host:port`. Plain HTTP is taken to this machine only, unless
    /// `allowingPlainHTTP` says that the network between is trusted.
    public init(_ url: String, allowingPlainHTTP: Bool = false) throws(TopologyError) {
        // The text itself is never repeated: it holds a password.
        guard let parts = URLComponents(string: url), let scheme = parts.scheme?.lowercased(), let host = parts.host,
            !host.isEmpty
        else { throw .badAddress("it is not a URL") }
        guard ["http", "https"].contains(scheme) else { throw .badAddress("its scheme is \(scheme)") }
        guard let user = parts.user, !user.isEmpty, let password = parts.password else {
            throw .badAddress("it names no user and password")
        }
        guard scheme == "https" || allowingPlainHTTP || Self.isLoopback(host) else { throw .plainHTTP(host: host) }
        let port = parts.port.map { ":\($0)" } ?? ""
        let path = parts.percentEncodedPath
        let prefix = path.hasSuffix("/") ? String(path.dropLast()) : path
        self.base = "\(scheme)://\(parts.percentEncodedHost ?? host)\(port)\(prefix)"
        self.user = user
        self.password = Password(text: password)
    }

    /// The address without user and password.
    public var description: String { base }

    private static func isLoopback(_ host: String) -> Bool {
        if ["localhost", "::1", "[::1]"].contains(host.lowercased()) { return true }
        let octets = host.split(separator: ".", omittingEmptySubsequences: false)
        return octets.count == 4 && octets[0] == "127" && octets.allSatisfy { UInt8($0) != nil }
    }
}
