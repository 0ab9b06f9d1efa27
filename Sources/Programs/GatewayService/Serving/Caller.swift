import Logging
import NIOCore

/// Who a request comes from, as far as its connection and the proxies that are trusted say.
struct Caller: Sendable, Equatable {
    /// The address under which it is counted and logged.
    let address: String
    /// What `X-Forwarded-For` claims, whoever wrote it; for the log alone.
    let forwarded: String?

    /// The longest claim that is logged.
    private static let longestClaim = 200

    /// `peer` is at the other end of the connection; where it is one of `proxies`, the last address of
    /// `X-Forwarded-For` that is none of them is who it speaks for.
    init(peer: String?, forwardedFor: [String], proxies: Set<String>) {
        let claims = forwardedFor.flatMap { $0.split(separator: ",") }.map { claim in
            String(claim.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
        }
        let isTrusted = peer.map(proxies.contains) ?? false
        let spokenFor = isTrusted ? claims.last { !proxies.contains($0) } : nil
        address = spokenFor.flatMap(Caller.checked) ?? peer ?? "unknown"
        forwarded = claims.isEmpty ? nil : String(claims.joined(separator: ",").prefix(Caller.longestClaim))
    }

    /// What the address is counted under: of IPv6 the network, since who has one address has all of its network.
    var network: String {
        guard address.contains(":"), let parsed = try? SocketAddress(ipAddress: address, port: 0),
            case .v6(let socket) = parsed
        else { return address }
        let bytes = withUnsafeBytes(of: socket.address.sin6_addr) { Array($0) }
        // An IPv4 address in IPv6's form is one host.
        if bytes.prefix(12).elementsEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]) {
            return bytes.suffix(4).map { String($0) }.joined(separator: ".")
        }
        return bytes.prefix(8).map { String($0, radix: 16) }.joined(separator: ":") + "/64"
    }

    /// Who it was, for a line of the log.
    var metadata: Logger.Metadata {
        var metadata: Logger.Metadata = ["from": "\(address)"]
        metadata["forwardedFor"] = forwarded.map { "\($0)" }
        return metadata
    }

    private static func checked(_ text: String) -> String? {
        (try? SocketAddress(ipAddress: text, port: 0)) == nil ? nil : text
    }
}
