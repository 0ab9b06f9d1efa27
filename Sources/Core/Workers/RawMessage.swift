/// A message as it came, for a worker that reads it itself.
public struct RawMessage: Sendable, Equatable {
    /// The body.
    public let body: [UInt8]
    /// The routing key under which it was published.
    public let routingKey: String
    /// The login that published it, where the publisher gave it and the broker vouches for it.
    public let publisher: String?

    /// Describes one message.
    public init(body: [UInt8], routingKey: String, publisher: String? = nil) {
        self.body = body
        self.routingKey = routingKey
        self.publisher = publisher
    }
}
