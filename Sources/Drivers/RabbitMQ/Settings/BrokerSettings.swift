/// Everything a connection to the broker needs to know.
public struct BrokerSettings: Sendable, Equatable {
    /// The broker's nodes; each round of attempts tries them in a new random order.
    public var addresses: [BrokerAddress]
    /// The virtual host to work in.
    public var virtualHost: String
    /// The user to log in as.
    public var user: String
    /// The user's password.
    public var password: Secret
    /// Set for an encrypted connection; the broker is then verified by its DNS name.
    public var tls: TLSSettings?
    /// The name the broker's own tools show for the connection.
    public var connectionName: String
    /// Silence is noticed after two of these; whole seconds, 10 to 20 are wise.
    public var heartbeat: Duration
    /// The most that one attempt may take, for the connection and for the login each. DNS is not counted in.
    public var connectTimeout: Duration
    /// A library call that takes longer has its socket shut down under it.
    public var stuckAfter: Duration
    /// The longest wait between two rounds of attempts.
    public var longestPause: Duration
    /// The largest frame to ask for, in bytes.
    public var frameMax: Int

    /// Settings with the usual limits.
    public init(
        addresses: [BrokerAddress], virtualHost: String = "/", user: String, password: Secret,
        tls: TLSSettings? = nil, connectionName: String = "baton"
    ) {
        self.addresses = addresses
        self.virtualHost = virtualHost
        self.user = user
        self.password = password
        self.tls = tls
        self.connectionName = connectionName
        heartbeat = .seconds(15)
        connectTimeout = .seconds(5)
        stuckAfter = .seconds(10)
        longestPause = .seconds(15)
        frameMax = 131_072
    }

    /// What makes these settings unusable, or nil.
    public func problem() -> RabbitMQError? {
        let texts = [virtualHost, user, password.value, connectionName] + addresses.map(\.host)
        if addresses.isEmpty { return .invalidSettings("name at least one broker address") }
        if texts.contains(where: { $0.utf8.contains(0) }) {
            return .invalidSettings("a zero byte is not allowed in any setting")
        }
        if heartbeat < .seconds(1) || heartbeat > .seconds(600) {
            return .invalidSettings("the heartbeat must lie between 1 s and 600 s")
        }
        if frameMax < 4096 || frameMax > 1 << 24 {
            return .invalidSettings("frameMax must lie between 4096 and 16777216 bytes")
        }
        if tls != nil, let literal = addresses.first(where: \.isLiteral) {
            return .invalidSettings(
                "TLS verifies the broker by DNS name, and \(literal) is an address: use its name")
        }
        if let tls, (tls.certificateFile == nil) != (tls.keyFile == nil) {
            return .invalidSettings("a client certificate needs both its certificate file and its key file")
        }
        return nil
    }
}

extension BrokerSettings: CustomStringConvertible {
    /// User, addresses and virtual host; never the password.
    public var description: String {
        let scheme = tls == nil ? "amqp" : "amqps"
        let nodes = addresses.map(\.description).joined(separator: ",")
        return "\(scheme)://\(user)@\(nodes) virtual host \(virtualHost)"
    }
}
