/// Names one thing of the topology, for people and for programs.
public struct TopologyItem: Sendable, Hashable, Codable, CustomStringConvertible {
    /// What kind of thing it is.
    public let kind: Kind
    /// Its name; a binding's is `source -> destination [key]`.
    public let name: String

    /// The kinds of things that a topology holds.
    public enum Kind: String, Sendable, Codable, CaseIterable {
        /// Takes messages and routes them.
        case exchange
        /// Holds messages.
        case queue
        /// Leads from an exchange to a queue.
        case binding
        /// A broker user and its rights, or one of its topic limits.
        case account
    }

    /// The kind and the name.
    public var description: String { "\(kind.rawValue) \(name)" }

    init(_ exchange: TopologyDescription.Exchange) {
        self.init(kind: .exchange, name: exchange.name)
    }

    init(_ queue: TopologyDescription.Queue) {
        self.init(kind: .queue, name: queue.name)
    }

    init(_ binding: TopologyDescription.Binding) {
        let key = binding.routingKey.isEmpty ? "" : " [\(binding.routingKey)]"
        self.init(kind: .binding, name: "\(binding.source) -> \(binding.destination)\(key)")
    }

    init(_ account: BrokerAccount) {
        self.init(kind: .account, name: account.name)
    }

    init(_ limit: BrokerAccount.TopicLimit, of account: BrokerAccount) {
        self.init(kind: .account, name: "\(account.name), limit on \(limit.exchange)")
    }

    private init(kind: Kind, name: String) {
        self.kind = kind
        self.name = name
    }
}

/// One property of a thing on the broker that is not as described.
public struct TopologyDifference: Sendable, Hashable, Codable, CustomStringConvertible {
    /// The thing.
    public let item: TopologyItem
    /// The property, such as `x-delivery-limit`.
    public let property: String
    /// The value on the broker; nothing if it is not set there.
    public let actual: String?
    /// The value that is described; nothing if it should not be set.
    public let desired: String?

    /// Whether apply sets it right. An exchange or a queue keeps what it was declared with until it is deleted; an
    /// account with tags may administer the broker, so it is not one of ours and is not narrowed.
    public var canBeChanged: Bool { item.kind == .account && property != "tags" }

    /// Whether it is a dead-letter queue of an earlier day: it lacks the limit without which RabbitMQ 4 drops what nobody
    /// collected. While it is empty it can be replaced.
    public var canBeReplaced: Bool {
        item.kind == .queue && property == "x-delivery-limit" && desired == "\(TopologyDescription.deadLetterReturns)"
    }

    /// The thing, the property and both values.
    public var description: String { "\(item): \(sentence)" }

    var sentence: String {
        switch (actual, desired) {
        case (let actual?, let desired?): "\(property) is \(actual), should be \(desired)"
        case (let actual?, nil): "\(property) is \(actual), should not be set"
        case (nil, let desired?): "\(property) is not set, should be \(desired)"
        case (nil, nil): "\(property) differs"
        }
    }
}
