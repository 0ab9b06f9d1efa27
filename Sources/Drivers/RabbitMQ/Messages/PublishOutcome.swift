/// What became of one published message.
public enum PublishOutcome: Sendable, Equatable {
    /// The broker has it and answers for it.
    case confirmed
    /// No queue took it; the broker gave it back.
    case returned(code: UInt16, text: String)
    /// A queue refused it, because it is full or failed.
    case nacked
    /// It was sent, and nobody knows whether it arrived: publish it again, under the same message id.
    case unknown(reason: RabbitMQError)
    /// It was never sent: publish it again later.
    case unavailable(reason: RabbitMQError)
    /// It can never be sent as it is.
    case invalid(reason: RabbitMQError)
}
