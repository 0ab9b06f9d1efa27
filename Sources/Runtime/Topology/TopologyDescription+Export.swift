import Foundation

extension TopologyDescription {
    /// The description as a RabbitMQ `definitions.json`. With a virtual host, a file that `rabbitmqctl
    /// import_definitions` and `load_definitions` read; without, one for `POST /api/definitions/<virtual host>`.
    /// Accounts are left out: they have passwords.
    public func definitions(virtualHost: String?) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let file = Definitions(
            vhosts: virtualHost.map { [.init(name: $0)] },
            queues: queues.map { .init(virtualHost: virtualHost, value: $0) },
            exchanges: exchanges.map { .init(virtualHost: virtualHost, value: $0) },
            bindings: bindings.map { .init(virtualHost: virtualHost, value: $0) })
        return String(decoding: try encoder.encode(file), as: UTF8.self) + "\n"
    }
}

private struct Definitions: Encodable {
    var vhosts: [VirtualHost]?
    var queues: [Located<TopologyDescription.Queue>]
    var exchanges: [Located<TopologyDescription.Exchange>]
    var bindings: [Located<TopologyDescription.Binding>]

    struct VirtualHost: Encodable {
        var name: String
    }
}

/// A value with the virtual host that it belongs to, where the file is for more than one.
private struct Located<Value: Encodable>: Encodable {
    var virtualHost: String?
    var value: Value

    private enum CodingKeys: String, CodingKey {
        case vhost
    }

    func encode(to encoder: any Encoder) throws {
        try value.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(virtualHost, forKey: .vhost)
    }
}
