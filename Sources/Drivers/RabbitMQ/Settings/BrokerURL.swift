/// One `amqp://` or `amqps://` URL, taken apart. Its errors never quote the part before the `@`.
struct BrokerURL: Equatable {
    var isEncrypted: Bool
    var user: String
    var password: String
    var address: BrokerAddress
    var virtualHost: String

    /// A `password` goes before the one in the text, which needs none then.
    init(_ text: String, password given: Secret? = nil) throws(RabbitMQError) {
        var rest = Substring(text)
        if let tail = Self.dropping("amqps://", from: rest) {
            (isEncrypted, rest) = (true, tail)
        } else if let tail = Self.dropping("amqp://", from: rest) {
            (isEncrypted, rest) = (false, tail)
        } else {
            throw .invalidURL("it must begin with amqp:// or amqps://")
        }
        if rest.contains(where: { $0 == "?" || $0 == "#" }) {
            throw .invalidURL("a query or fragment is not understood; write ? and # as %3F and %23")
        }
        let slash = rest.firstIndex(of: "/")
        let authority = rest[..<(slash ?? rest.endIndex)]
        let path = slash.map { rest[rest.index(after: $0)...] } ?? ""
        let at = authority.lastIndex(of: "@")
        (user, password) = try Self.login(at.map { authority[..<$0] }, password: given?.value)
        address = try Self.address(
            at.map { authority[authority.index(after: $0)...] } ?? authority,
            defaultPort: isEncrypted ? 5671 : 5672)
        if path.contains("/") { throw .invalidURL("a slash inside the virtual host must be written as %2F") }
        virtualHost = path.isEmpty ? "/" : try Self.decoded(path, what: "virtual host")
    }

    private static func dropping(_ prefix: String, from text: Substring) -> Substring? {
        text.lowercased().hasPrefix(prefix) ? text.dropFirst(prefix.count) : nil
    }

    private static func login(
        _ text: Substring?, password given: String?
    ) throws(RabbitMQError) -> (user: String, password: String) {
        guard let text else { return ("guest", given ?? "guest") }
        guard let colon = text.firstIndex(of: ":") else {
            guard let given else { throw .invalidURL("a user without a password: write user:password@host") }
            return (try decoded(text, what: "user"), given)
        }
        let password = try decoded(text[text.index(after: colon)...], what: "password")
        return (try decoded(text[..<colon], what: "user"), given ?? password)
    }

    private static func address(
        _ text: Substring, defaultPort: UInt16
    ) throws(RabbitMQError) -> BrokerAddress {
        var (host, port) = (text, Substring())
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { throw .invalidURL("the [ of the host has no ]") }
            host = text[text.index(after: text.startIndex)..<end]
            port = text[text.index(after: end)...]
        } else if let colon = text.firstIndex(of: ":") {
            host = text[..<colon]
            port = text[colon...]
        }
        if host.isEmpty { throw .invalidURL("the host is missing") }
        if port.isEmpty { return BrokerAddress(host: String(host), port: defaultPort) }
        guard port.hasPrefix(":"), let number = UInt16(port.dropFirst()), number > 0 else {
            throw .invalidURL("the port must be a number from 1 to 65535")
        }
        return BrokerAddress(host: try decoded(host, what: "host"), port: number)
    }

    private static func decoded(_ text: Substring, what: String) throws(RabbitMQError) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            let digits = String(rest.prefix(2)) ?? ""
            guard digits.utf8.count == 2, let value = UInt8(digits, radix: 16), !digits.hasPrefix("+") else {
                throw .invalidURL("a % in the \(what) must be followed by two hexadecimal digits")
            }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        guard let result = String(validating: bytes, as: UTF8.self) else {
            throw .invalidURL("the \(what) is not valid UTF-8")
        }
        return result
    }
}

extension BrokerSettings {
    /// Reads a list of URLs that differ in host and port only. Without a path the virtual host is `/`.
    ///
    /// The errors say which URL is wrong by its place in the list and never quote a user or password. A `password` goes
    /// before those in the URLs, which need none then.
    public init(
        urls: [String], password: Secret? = nil, tls: TLSSettings = TLSSettings(), connectionName: String = "baton"
    ) throws(RabbitMQError) {
        var parsed: [BrokerURL] = []
        for (index, url) in urls.enumerated() {
            do throws(RabbitMQError) {
                parsed.append(try BrokerURL(url, password: password))
            } catch {
                guard case .invalidURL(let reason) = error else { throw error }
                throw .invalidURL("URL \(index + 1) of \(urls.count): \(reason)")
            }
        }
        guard let first = parsed.first else { throw .invalidSettings("name at least one broker URL") }
        let agree = parsed.allSatisfy {
            $0.isEncrypted == first.isEncrypted && $0.user == first.user && $0.password == first.password
                && $0.virtualHost == first.virtualHost
        }
        guard agree else {
            throw .invalidURL("all URLs must have the same scheme, user, password and virtual host")
        }
        self.init(
            addresses: parsed.map(\.address), virtualHost: first.virtualHost, user: first.user,
            password: Secret(first.password), tls: first.isEncrypted ? tls : nil, connectionName: connectionName)
        if let problem = problem() { throw problem }
    }
}
