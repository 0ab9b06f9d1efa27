/// One published event, read and checked: who sent it, and the deal it carries.
public struct DealEvent: Sendable, Hashable {
    /// The type of the flat contract's events: a name and its major version.
    public static let type = "deal.updated.v1"
    /// The type of the grouped contract's events.
    public static let typeV2 = "deal.updated.v2"

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
    /// The deal in canonical form.
    public internal(set) var deal: Deal
    /// Other ids by which the source knows the opportunity, or knew it before it was merged.
    public internal(set) var names: [String] = []

    /// Puts an event together.
    public init(
        id: String, source: String, time: Timestamp, traceparent: String? = nil, correlationID: String? = nil,
        deal: Deal
    ) {
        self.id = id
        self.source = source
        self.time = time
        self.traceparent = traceparent
        self.correlationID = correlationID
        self.deal = deal
    }
}

/// What an event without mistakes asks for.
public enum Intake: Sendable, Hashable {
    /// The deal is to be handed over: approved, adding up, at a trigger stage.
    case handoff(DealEvent)
    /// The deal is to be handed over once a document of its opportunity is signed: it is at a stage that waits for that.
    case unsigned(DealEvent)
    /// It starts nothing: the deal is not, or no more, at a stage that does, or the source's event is about none.
    case ignored(IgnoredEvent)
    /// What was done for the deal so far is to be taken back.
    case cancellation(CancellationEvent)
    /// A document of the deal was signed.
    case signature(SignatureEvent)

    /// The event about a deal; nil for one that carries none, or not all of it.
    public var event: DealEvent? {
        switch self {
        case .handoff(let event), .unsigned(let event): event
        case .ignored(let event):
            event.deal.map {
                var whole = DealEvent(
                    id: event.id, source: event.source, time: event.time, traceparent: event.traceparent,
                    correlationID: event.correlationID, deal: $0)
                whole.names = event.names
                return whole
            }
        case .cancellation, .signature: nil
        }
    }
}
