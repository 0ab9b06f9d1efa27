/// One try at one message.
public struct Attempt: Sendable, Equatable {
    /// The id that follows a deal from its first event through every header, row, log line and call.
    public let correlationID: String
    /// Whether the broker has handed this message out before: it may have killed its worker.
    public let isRedelivered: Bool

    /// Describes a try at the message with `correlationID`.
    public init(correlationID: String, isRedelivered: Bool) {
        self.correlationID = correlationID
        self.isRedelivered = isRedelivered
    }
}
