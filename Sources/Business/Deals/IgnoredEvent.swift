/// One published event that starts nothing, and why.
public struct IgnoredEvent: Sendable, Hashable {
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
    /// The deal version that it is about; nil where it names none.
    public internal(set) var key: Deal.Key?
    /// The deal, where it is complete enough to be one.
    public internal(set) var deal: Deal?
    /// Other ids by which the source knows the opportunity, or knew it before it was merged.
    public internal(set) var names: [String] = []
    /// What the deal still lacks before it can be carried out; none for what is about no deal.
    public let missing: [Finding]
    /// Why it starts nothing, in words.
    public let reason: String

    init(_ envelope: EnvelopeReader, key: Deal.Key?, deal: Deal?, missing: [Finding] = [], reason: String) {
        id = envelope.id
        source = envelope.source
        time = envelope.time
        traceparent = envelope.traceparent
        correlationID = envelope.correlationID
        self.key = key
        self.deal = deal
        self.missing = missing
        self.reason = reason
    }
}
