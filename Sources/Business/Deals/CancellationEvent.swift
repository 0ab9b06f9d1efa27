/// One published event, read and checked: who sent it, and the agreement that it ends.
public struct CancellationEvent: Sendable, Hashable {
    /// The event's type: a name and its major version.
    public static let type = "deal.cancelled.v1"

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
    /// The cancellation in canonical form.
    public internal(set) var cancellation: Cancellation

    /// Puts an event together.
    public init(
        id: String, source: String, time: Timestamp, traceparent: String? = nil, correlationID: String? = nil,
        cancellation: Cancellation
    ) {
        self.id = id
        self.source = source
        self.time = time
        self.traceparent = traceparent
        self.correlationID = correlationID
        self.cancellation = cancellation
    }
}
