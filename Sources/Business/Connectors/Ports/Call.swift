import Sagas

/// What every call to a target carries beside its content.
public struct Call: Sendable {
    /// The idempotency key, as it goes over the wire.
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

    /// The call that one try at a step makes.
    public init(for attempt: SagaAttempt) {
        self.init(key: attempt.key, correlationID: attempt.correlationID, deadline: attempt.deadline)
    }
}
