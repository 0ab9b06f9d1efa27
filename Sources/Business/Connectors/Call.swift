/// What every call to a target carries beside its content.
public struct Call: Sendable, Equatable {
    /// The idempotency key.
    public let key: String
    /// The id that follows the deal everywhere.
    public let correlationID: String
    /// The moment after which nothing may be sent or awaited any more.
    public let deadline: ContinuousClock.Instant

    /// Describes a call.
    public init(key: String, correlationID: String, deadline: ContinuousClock.Instant) {
        self.key = key
        self.correlationID = correlationID
        self.deadline = deadline
    }
}
