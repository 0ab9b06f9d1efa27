/// A broker user and what it may do in one virtual host: patterns over names, as RabbitMQ compares them.
public struct BrokerAccount: Sendable, Equatable {
    /// The user's name.
    public var name: String
    /// What it may declare and delete.
    public var configure: String
    /// Where it may publish.
    public var write: String
    /// What it may consume.
    public var read: String
    /// Limits by routing key, on topic exchanges.
    public var topics: [TopicLimit]
    /// The user's tags; none of ours has any, so none may use the management API.
    public var tags: [String] = []

    /// The account of a worker: it declares nothing, writes to `exchanges` and reads `queue` alone.
    public static func worker(named name: String, reading queue: String, writing exchanges: [String]) -> BrokerAccount {
        BrokerAccount(name: name, configure: "^$", write: pattern(exchanges), read: pattern([queue]), topics: [])
    }

    /// The account of a publisher: it writes to `exchange` with routing keys that begin with one of its sources, which
    /// are its own name or, for a gateway that publishes for several, those given.
    public static func publisher(
        named name: String, for sources: [String]? = nil, writing exchange: String
    ) -> BrokerAccount {
        let words = (sources ?? [name]).map(escaped)
        let word = words.count == 1 ? words[0] : "(\(words.joined(separator: "|")))"
        let limit = TopicLimit(exchange: exchange, write: "^\(word)\\..*", read: "^$")
        return BrokerAccount(name: name, configure: "^$", write: pattern([exchange]), read: "^$", topics: [limit])
    }

    /// The account of whoever turns dead letters into incidents: it takes them out of `queues`, and can do nothing else.
    public static func collector(reading queues: [String]) -> BrokerAccount {
        BrokerAccount(name: "dead-letter-collector", configure: "^$", write: "^$", read: pattern(queues), topics: [])
    }

    /// The account of support: it drains `queues`, and sends messages and tickets again to `exchanges`. It looks at no
    /// other queue and administers nothing.
    public static func support(reading queues: [String], writing exchanges: [String]) -> BrokerAccount {
        BrokerAccount(
            name: "support", configure: "^$", write: pattern(exchanges), read: pattern(queues), topics: [])
    }

    /// A pattern that matches these names and no other.
    private static func pattern(_ names: [String]) -> String {
        switch names.count {
        case 0: "^$"
        case 1: "^" + escaped(names[0]) + "$"
        default: "^(" + names.map(escaped).joined(separator: "|") + ")$"
        }
    }

    /// The name with its dots taken literally; names hold no other character that a pattern would read.
    private static func escaped(_ name: String) -> String {
        name.split(separator: ".", omittingEmptySubsequences: false).joined(separator: "\\.")
    }

    /// What routing keys an account may use on one topic exchange; coded as the management API does.
    public struct TopicLimit: Sendable, Hashable, Codable {
        /// The topic exchange.
        public var exchange: String
        /// The routing keys that it may publish with.
        public var write: String
        /// The routing keys that it may bind with.
        public var read: String
    }
}
