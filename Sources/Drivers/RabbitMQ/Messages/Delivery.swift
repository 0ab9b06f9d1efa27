/// Which delivery: its number on the channel, and which of the consumer's connections the channel belonged to.
///
/// Numbers begin again with each connection, and an acknowledgement of an old number would close the new channel.
public struct DeliveryTag: Sendable, Hashable {
    /// Counts the consumer's connections.
    public let epoch: Int
    /// Counts the deliveries of the connection, from 1.
    public let number: UInt64

    /// Names a delivery.
    public init(epoch: Int, number: UInt64) {
        self.epoch = epoch
        self.number = number
    }
}

/// A message that a consumer received and must settle.
public struct Delivery: Sendable, Equatable {
    /// What to settle.
    public let tag: DeliveryTag
    /// Whether the broker delivered the message before.
    public let isRedelivered: Bool
    /// The exchange it was published to.
    public let exchange: String
    /// The routing key it was published with.
    public let routingKey: String
    /// What travelled with the body.
    public let properties: Properties
    /// The content.
    public let body: [UInt8]

    /// A delivery, as the broker's or a test's.
    public init(
        tag: DeliveryTag, isRedelivered: Bool, exchange: String, routingKey: String, properties: Properties,
        body: [UInt8]
    ) {
        self.tag = tag
        self.isRedelivered = isRedelivered
        self.exchange = exchange
        self.routingKey = routingKey
        self.properties = properties
        self.body = body
    }
}
