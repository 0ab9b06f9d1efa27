import Foundation

/// Whether what an address leads to can be read on its way by others, or pretended to be there.
enum PlainText {
    /// Whether a broker at `url` is on another machine and spoken to without TLS.
    static func isSentToBroker(_ url: String) -> Bool {
        guard let parts = URLComponents(string: url), parts.scheme == "amqp" else { return false }
        return !isHere(parts.host ?? "")
    }

    /// Whether a database at `url`, as libpq reads it, is on another machine and its certificate is not verified.
    static func mayBeSentToDatabase(_ url: String) -> Bool {
        guard let start = url.range(of: "://")?.upperBound else { return false }
        let halves = url[start...].split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let settings = halves.count == 2 ? halves[1].split(separator: "&") : []
        if settings.contains("sslmode=verify-full") || settings.contains("sslmode=verify-ca") { return false }
        let named = settings.filter { $0.hasPrefix("host=") || $0.hasPrefix("hostaddr=") }
            .flatMap { $0.drop { $0 != "=" }.dropFirst().split(separator: ",") }
        let authority = halves[0].prefix { $0 != "/" }
        let hosts = authority[(authority.lastIndex(of: "@").map(authority.index(after:)) ?? authority.startIndex)...]
            .split(separator: ",").map { host in
                host.hasPrefix("[") ? host.dropFirst().prefix { $0 != "]" } : host.prefix { $0 != ":" }
            }
        return (named + hosts).contains { !isHere(String($0)) }
    }

    /// Whether a host is this machine: its loopback, or the folder of a socket.
    private static func isHere(_ host: String) -> Bool {
        let name = host.lowercased()
        return ["", "localhost", "::1", "[::1]"].contains(name) || name.hasPrefix("/") || name.hasPrefix("%2f")
            || name.wholeMatch(of: /127(\.[0-9]{1,3}){3}/) != nil
    }
}
