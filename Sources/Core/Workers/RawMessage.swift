/// A message as it came, for a worker that reads it itself.
public struct RawMessage: Sendable, Equatable {
    /// The body.
    public let body: [UInt8]
    /// The routing key under which it was published.
    public let routingKey: String

    /// Describes one message.
    public init(body: [UInt8], routingKey: String) {
        self.body = body
        self.routingKey = routingKey
    }
}
