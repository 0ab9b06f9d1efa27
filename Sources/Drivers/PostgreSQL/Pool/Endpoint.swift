import Glibc
import Threads

/// One address at which a server may be found.
struct Endpoint: Sendable, Hashable {
    /// The name, which TLS checks the certificate against; a folder for a local socket; nil for libpq's default.
    var host: String?
    /// The numeric address, so that libpq need not look the name up.
    var address: String?
    var port: String?

    var description: String { "\(host ?? address ?? "local socket"):\(port ?? "5432")" }
}

extension Endpoint {
    /// The hosts of the settings in their order, names not yet looked up.
    static func all(of settings: DatabaseSettings) -> [Endpoint] {
        let hosts = list(settings.keywords["host"])
        let addresses = list(settings.keywords["hostaddr"])
        let ports = list(settings.keywords["port"])
        return (0..<max(hosts.count, addresses.count, 1)).map { index in
            Endpoint(
                host: index < hosts.count ? hosts[index] : nil,
                address: index < addresses.count ? addresses[index] : nil,
                // One port stands for all hosts.
                port: ports.count == 1 ? ports[0] : (index < ports.count ? ports[index] : nil))
        }
    }

    private static func list(_ text: String?) -> [String?] {
        guard let text, !text.isEmpty else { return [] }
        return text.split(separator: ",", omittingEmptySubsequences: false).map { $0.isEmpty ? nil : String($0) }
    }
}

/// Looks names up on a thread of its own, because `getaddrinfo` blocks.
actor NameResolver {
    private let thread = IOThread()
    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    deinit { thread.stop() }

    /// One endpoint for each address of the name; the endpoint itself if there is nothing to look up.
    func resolve(_ endpoint: Endpoint) throws(PostgreSQLError) -> [Endpoint] {
        guard endpoint.address == nil, let host = endpoint.host, !host.hasPrefix("/"), !host.hasPrefix("@") else {
            return [endpoint]
        }
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var first: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(host, nil, &hints, &first)
        guard status == 0 else {
            throw .connectionLost("\(endpoint.description): \(String(cString: gai_strerror(status)))")
        }
        defer { freeaddrinfo(first) }
        var found: [Endpoint] = []
        var next = first
        while let info = next?.pointee {
            var copy = endpoint
            copy.address = Self.numeric(info)
            if !found.contains(copy) { found.append(copy) }
            next = info.ai_next
        }
        return found
    }

    private static func numeric(_ info: addrinfo) -> String? {
        var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        let status = getnameinfo(info.ai_addr, info.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST)
        guard status == 0 else { return nil }
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
