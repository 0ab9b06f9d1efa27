/// One published event, read and checked: who sent it, and the document that was signed.
public struct SignatureEvent: Sendable, Hashable {
    /// The event's id, unique within its source.
    public let id: String
    /// Who published it, the first word of its routing key.
    public let source: String
    /// When the source says that it happened.
    public let time: Timestamp
    /// The publisher's W3C trace context, if it was a valid one.
    public let traceparent: String?
    /// The publisher's own id for following the deal; one has to be made up when there is none.
    public let correlationID: String?
    /// What was signed.
    public internal(set) var signature: Signature

    /// Puts an event together.
    public init(
        id: String, source: String, time: Timestamp, traceparent: String? = nil, correlationID: String? = nil,
        signature: Signature
    ) {
        self.id = id
        self.source = source
        self.time = time
        self.traceparent = traceparent
        self.correlationID = correlationID
        self.signature = signature
    }
}
