/// What the broker has to hold for the fleet to run: exchanges, queues, bindings, and an account for each worker.
public struct TopologyDescription: Sendable, Equatable {
    /// Every exchange.
    public var exchanges: [Exchange]
    /// Every queue, each work queue before its dead-letter queue.
    public var queues: [Queue]
    /// Every binding of a queue to an exchange.
    public var bindings: [Binding]
    /// The least-privilege account of each worker.
    public var accounts: [BrokerAccount]

    /// Describes a topology.
    public init(
        exchanges: [Exchange] = [], queues: [Queue] = [], bindings: [Binding] = [], accounts: [BrokerAccount] = []
    ) {
        self.exchanges = exchanges
        self.queues = queues
        self.bindings = bindings
        self.accounts = accounts
    }

    /// An exchange with the properties that are fixed when it is declared; coded as the management API does.
    public struct Exchange: Sendable, Equatable, Codable {
        /// The name on the broker.
        public var name: String
        /// `topic`, `direct`, `fanout` or a type of a plugin.
        public var type: String
        /// Whether it survives a restart of the broker.
        public var durable = true
        /// Whether it goes with its last binding.
        public var autoDelete = false
        /// Whether only other exchanges may publish to it.
        public var isInternal = false
        /// Further properties, such as `alternate-exchange`.
        public var arguments: [String: Argument] = [:]
        /// Who beside the workers has business here; known to the description only, not to the broker.
        public var openTo: Outsiders?

        /// Describes a durable exchange.
        public init(
            name: String, type: String, arguments: [String: Argument] = [:], openTo: Outsiders? = nil
        ) {
            self.name = name
            self.type = type
            self.arguments = arguments
            self.openTo = openTo
        }

        private enum CodingKeys: String, CodingKey {
            case name, type, durable, arguments
            case autoDelete = "auto_delete"
            case isInternal = "internal"
        }

        /// Those beside the workers who have business at an exchange.
        public enum Outsiders: String, Sendable, CaseIterable {
            /// Accounts that publish, each under its own source.
            case publishers
            /// Whoever binds a queue of their own.
            case subscribers
        }
    }

    /// A queue with the properties that are fixed when it is declared; coded as the management API does.
    public struct Queue: Sendable, Equatable, Codable {
        /// The name on the broker.
        public var name: String
        /// Whether it survives a restart of the broker.
        public var durable = true
        /// Whether it goes with its last consumer.
        public var autoDelete = false
        /// Further properties, such as `x-queue-type`.
        public var arguments: [String: Argument]

        /// Describes a durable queue.
        public init(name: String, arguments: [String: Argument]) {
            self.name = name
            self.arguments = arguments
        }

        private enum CodingKeys: String, CodingKey {
            case name, durable, arguments
            case autoDelete = "auto_delete"
        }
    }

    /// A queue's (or exchange's) wish for the messages of an exchange; coded as the management API does.
    public struct Binding: Sendable, Hashable, Codable {
        /// The exchange that messages come from.
        public var source: String
        /// The queue that they go to.
        public var destination: String
        /// `queue`, or `exchange` where somebody bound an exchange to an exchange.
        public var destinationType = "queue"
        /// The routing key or pattern.
        public var routingKey: String
        /// Further properties; none of ours has any.
        public var arguments: [String: Argument] = [:]

        /// Describes a binding of the queue `destination` to the exchange `source`.
        public init(source: String, destination: String, routingKey: String) {
            self.source = source
            self.destination = destination
            self.routingKey = routingKey
        }

        private enum CodingKeys: String, CodingKey {
            case source, destination, arguments
            case destinationType = "destination_type"
            case routingKey = "routing_key"
        }
    }
}
