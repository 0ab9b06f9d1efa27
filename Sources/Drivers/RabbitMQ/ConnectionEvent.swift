/// A change in the state of a connection, for logs and health. It is told on the connection's own thread.
public enum ConnectionEvent: Sendable, Equatable {
    /// Connected, logged in and ready for work.
    case connected(BrokerAddress)
    /// An attempt failed or a connection was lost; another attempt follows unless the connection is closing.
    case lost(RabbitMQError)
    /// The broker's alarm blocks publishing.
    case blocked(reason: String)
    /// The alarm is over.
    case unblocked
    /// The broker cancelled the consumer; it is set up again on a new connection.
    case cancelled(queue: String)
}
