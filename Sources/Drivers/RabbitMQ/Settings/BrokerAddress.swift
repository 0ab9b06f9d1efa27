/// Where one node of the broker listens.
public struct BrokerAddress: Sendable, Hashable, CustomStringConvertible {
    /// The DNS name or IP address.
    public var host: String
    /// The TCP port.
    public var port: UInt16

    /// Names the node at `host` and `port`.
    public init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    /// `host:port`, as logs show it.
    public var description: String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }

    /// Whether the host is written as an address and not as a name.
    var isLiteral: Bool {
        host.contains(":") || host.split(separator: ".").allSatisfy { UInt8($0) != nil }
    }
}
