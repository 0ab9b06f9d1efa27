import Sagas

/// What every call to a target carries beside its content.
public struct Call: Sendable {
    /// The idempotency key, as it goes over the wire.
    public let key: String
    /// The id that follows the deal everywhere.
    public let correlationID: String
    /// The moment after which nothing that has an effect may be sent any more.
    public let sendBy: ContinuousClock.Instant
    /// The moment after which nothing is awaited any more.
    public let deadline: ContinuousClock.Instant

    /// Describes a call; without `sendBy` it may be sent until its deadline.
    public init(
        key: String, correlationID: String, sendBy: ContinuousClock.Instant? = nil, deadline: ContinuousClock.Instant
    ) {
        self.key = key
        self.correlationID = correlationID
        self.sendBy = sendBy ?? deadline
        self.deadline = deadline
    }

    /// The call that one try at a step makes.
    public init(for attempt: SagaAttempt) {
        self.init(
            key: attempt.key, correlationID: attempt.correlationID, sendBy: attempt.sendBy, deadline: attempt.deadline)
    }
}
