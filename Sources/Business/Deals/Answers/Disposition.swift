import Workers

/// What became of one event at intake: the answer that its publisher gets.
public struct Disposition: Sendable, Hashable {
    /// What became of it, in one word.
    public enum Outcome: String, Sendable, Codable, CaseIterable {
        /// A handoff was started.
        case accepted
        /// The same event, or the same deal version with the same content, was there before.
        case duplicate
        /// A later version of the deal is known already.
        case stale
        /// The deal is at a stage that starts no handoff.
        case ignored
        /// The same deal version is known with other content; a person decides.
        case conflict
        /// The event has mistakes; they are listed.
        case rejected
    }

    /// The event's type on the wire.
    public static let type = "handoff.disposition.v1"
    /// What became of the event.
    public let outcome: Outcome
    /// Why, in words.
    public let reason: String?
    /// The kind of the first mistake of a rejected event.
    public let incidentClass: IncidentClass?
    /// The event's id; nil when it could not be read.
    public let eventID: String?
    /// The event's source; nil when neither body nor routing key tell.
    public let eventSource: String?
    /// The deal version; nil when it could not be read.
    public let key: Deal.Key?
    /// The handoff that carries the deal version.
    public let handoff: String?
    /// The id that follows the deal everywhere.
    public let correlationID: String
    /// Everything that is wrong with a rejected event.
    public let findings: [Finding]

    /// Answers an event that could be read.
    public init(
        _ outcome: Outcome, of event: DealEvent, reason: String? = nil, handoff: String? = nil, correlationID: String
    ) {
        self.init(
            outcome, eventID: event.id, eventSource: event.source, key: event.deal.key, reason: reason,
            handoff: handoff, correlationID: correlationID)
    }

    /// Answers a cancellation that could be read.
    public init(
        _ outcome: Outcome, of event: CancellationEvent, reason: String? = nil, handoff: String? = nil,
        correlationID: String
    ) {
        self.init(
            outcome, eventID: event.id, eventSource: event.source, key: event.cancellation.key, reason: reason,
            handoff: handoff, correlationID: correlationID)
    }

    /// Answers an event that starts nothing.
    public init(
        _ outcome: Outcome, of event: IgnoredEvent, reason: String? = nil, handoff: String? = nil,
        correlationID: String
    ) {
        self.init(
            outcome, eventID: event.id, eventSource: event.source, key: event.key, reason: reason, handoff: handoff,
            correlationID: correlationID)
    }

    /// Answers a signature that could be read; it names an opportunity, and no deal version.
    public init(
        _ outcome: Outcome, of event: SignatureEvent, reason: String? = nil, handoff: String? = nil,
        correlationID: String
    ) {
        self.init(
            outcome, eventID: event.id, eventSource: event.source, key: nil, reason: reason, handoff: handoff,
            correlationID: correlationID)
    }

    private init(
        _ outcome: Outcome, eventID: String, eventSource: String, key: Deal.Key?, reason: String?, handoff: String?,
        correlationID: String
    ) {
        self.outcome = outcome
        self.reason = AnswerEvent.bounded(reason)
        self.incidentClass = nil
        self.eventID = eventID
        self.eventSource = eventSource
        self.key = key
        self.handoff = handoff
        self.correlationID = correlationID
        self.findings = []
    }

    /// Answers an event that was refused, with all its findings.
    public init(_ rejection: Rejection, correlationID: String) {
        self.outcome = .rejected
        self.reason = AnswerEvent.bounded(rejection.reason)
        self.incidentClass = rejection.incidentClass
        self.eventID = rejection.trace.eventID
        self.eventSource = rejection.trace.source
        self.key = rejection.trace.key
        self.handoff = nil
        self.correlationID = correlationID
        self.findings = rejection.findings
    }

    /// The event as it goes over the wire, under an id and a time of the caller's.
    public func encoded(id: String, time: Timestamp) -> [UInt8] {
        let data: JSON = [
            "outcome": .string(outcome.rawValue), "reason": reason.map(JSON.string),
            "incidentClass": (incidentClass?.rawValue).map(JSON.string), "eventId": eventID.map(JSON.string),
            "eventSource": eventSource.map(JSON.string), "opportunity": (key?.opportunity).map(JSON.string),
            "contract": (key?.contract).map(JSON.string), "version": (key?.version).map { .integer(Int64($0)) },
            "handoff": handoff.map(JSON.string), "correlationId": .string(correlationID),
            "findings": .array(
                findings.map { finding in
                    [
                        "path": .string(finding.path), "owner": .string(finding.owner.rawValue),
                        "text": .string(finding.text), "cure": .string(finding.cure),
                    ]
                }),
        ]
        return AnswerEvent.bytes(
            id: id, time: time, type: Self.type, subject: key, correlationID: correlationID, data: data)
    }
}
