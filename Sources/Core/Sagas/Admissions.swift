import FoundationEssentials

/// Where deal versions enter: each is recorded once, whatever is delivered how often.
public protocol Admissions: Sendable {
    /// Records what arrived and says what became of it; committed when it returns.
    func admit(_ arrival: Arrival) async throws -> Admission
}

/// One event about a deal version, checked and reduced to the published contract.
public struct Arrival: Sendable, Equatable {
    /// What a version of a contract says.
    public enum Kind: Sendable, Equatable {
        /// The whole deal.
        case complete
        /// The difference to the version `base`.
        case change(base: Int)
        /// That the contract is called off.
        case cancel
        /// That a document of the opportunity was signed; it names no contract.
        case signature(Signed)
    }

    /// A document that was signed.
    public struct Signed: Sendable, Equatable {
        /// The envelope's id at the signature service.
        public let envelope: String
        /// SHA-256 of the signed statement of work, where the envelope names it.
        public let sowHash: String?
        /// When the last party signed.
        public let signedAt: Date

        /// Describes a signed document.
        public init(envelope: String, sowHash: String?, signedAt: Date) {
            self.envelope = envelope
            self.sowHash = sowHash
            self.signedAt = signedAt
        }
    }

    /// The publisher, which is also the first word of its routing keys.
    public var source: String
    /// The publisher's own id of the event; with the source it tells copies of one event.
    public var eventID: String
    /// The id that follows the deal everywhere.
    public var correlationID: String
    /// The opportunity, whose versions run strictly one after the other; empty for an ignored event that names none.
    public var opportunity: String
    /// Other ids by which the source knows the opportunity, or knew it before it was merged.
    public var names: [String] = []
    /// The contract; empty for an ignored event that names none.
    public var contract: String
    /// The contract's version, from 1; 0 for an ignored event that names none.
    public var version: Int
    /// What the event is about.
    public var kind: Kind
    /// The canonical bytes of the deal, as text.
    public var body: String
    /// SHA-256 of `body`: the same key with another hash is a conflict.
    public var contentHash: String
    /// The customer's name, for people who look for the deal; empty for a cancellation.
    public var customer: String
    /// What the deal is worth, in minor units of `currency`; 0 for a cancellation.
    public var totalMinor: Int64
    /// ISO 4217 code; `XXX`, no currency, for a cancellation.
    public var currency: String
    /// Why the event starts nothing, such as a stage that is no trigger; nil when it may start a handoff.
    public var ignoredBecause: String?
    /// What the CRM shall say once the handoff is accepted; nil where no CRM is told.
    public var status: Status?
    /// SHA-256 of the statement of work that the deal was made from, where it names it.
    public var sowHash: String?
    /// Whether the deal starts nothing before a document of its opportunity is signed.
    public var waitsForSignature: Bool
    /// The login that published the event, where the broker vouches for it.
    public var publisher: String?
    /// Whether a document that does not say what its text is counts as the signature of a deal that names its text.
    public var takesAnyDocument = false
    /// Whether the event's id is known with other content.
    public var isOtherContent = false

    /// Names the event and, where its id stands for several, which of them: the same whenever it is handed out.
    public var nameOfContent: String { isOtherContent ? "\(eventID)/\(contentHash.prefix(12))" : eventID }

    /// The same event, whose id is known with other content.
    public var markedAsOther: Arrival {
        var other = self
        other.isOtherContent = true
        return other
    }

    /// Describes one event.
    public init(
        source: String, eventID: String, correlationID: String, opportunity: String, contract: String, version: Int,
        kind: Kind = .complete, body: String, contentHash: String, customer: String, totalMinor: Int64,
        currency: String,
        ignoredBecause: String? = nil, status: Status? = nil, sowHash: String? = nil, waitsForSignature: Bool = false
    ) {
        self.source = source
        self.eventID = eventID
        self.correlationID = correlationID
        self.opportunity = opportunity
        self.contract = contract
        self.version = version
        self.kind = kind
        self.body = body
        self.contentHash = contentHash
        self.customer = customer
        self.totalMinor = totalMinor
        self.currency = currency
        self.ignoredBecause = ignoredBecause
        self.status = status
        self.sowHash = sowHash
        self.waitsForSignature = waitsForSignature
    }

    /// Describes the event of a signature; `body` is its canonical JSON.
    public init(
        source: String, eventID: String, correlationID: String, opportunity: String, signed: Signed, body: String,
        contentHash: String
    ) {
        self.init(
            source: source, eventID: eventID, correlationID: correlationID, opportunity: opportunity, contract: "",
            version: 0, kind: .signature(signed), body: body, contentHash: contentHash, customer: "", totalMinor: 0,
            currency: "XXX")
    }

    /// Describes an event that starts nothing, and of which no whole deal is known.
    public init(
        source: String, eventID: String, correlationID: String, opportunity: String? = nil, contract: String? = nil,
        version: Int? = nil, ignoredBecause: String
    ) {
        self.init(
            source: source, eventID: eventID, correlationID: correlationID, opportunity: opportunity ?? "",
            contract: contract ?? "", version: version ?? 0, body: "", contentHash: "", customer: "", totalMinor: 0,
            currency: "XXX", ignoredBecause: ignoredBecause)
    }
}

/// What became of an event.
public struct Admission: Sendable, Equatable {
    /// The closed list of dispositions, stored and published by these names.
    public enum Outcome: String, Sendable, Codable, CaseIterable {
        /// It started a handoff; or it is a signature, which started or joined one.
        case accepted
        /// The same version with the same content is known already.
        case duplicate
        /// A later version of the contract went ahead of it.
        case stale
        /// It is about something that starts nothing.
        case ignored
        /// The same version is known with other content: a person decides.
        case conflict
    }

    /// What became of the event.
    public let outcome: Outcome
    /// Why, for everything but `accepted`.
    public let reason: String?
    /// The handoff that the event started or belongs to.
    public let handoff: UUID?
    /// The correlation id that the handoff goes by: that of its first event.
    public let correlationID: String
    /// Whether this very event had been recorded before.
    public let isCopy: Bool
    /// Whether the event's id is known with other content too: then the id alone does not name it.
    public var isOtherContent = false
    /// The name under which the opportunity is known here, where that is another: nothing was recorded, and the event is
    /// to be admitted under it.
    public var elsewhere: String?

    /// Describes what became of an event.
    public init(outcome: Outcome, reason: String?, handoff: UUID?, correlationID: String, isCopy: Bool) {
        self.outcome = outcome
        self.reason = reason
        self.handoff = handoff
        self.correlationID = correlationID
        self.isCopy = isCopy
    }

    /// The same of an event whose id may be known with other content too.
    public func with(otherContent isOther: Bool) -> Admission {
        var admission = self
        admission.isOtherContent = isOther
        return admission
    }
}

/// The exchange on which publishers learn what became of their events and deals.
public protocol Announcements: Sendable {
    /// Publishes `event`, a CloudEvents JSON body, under its type; returns once the broker has confirmed it.
    func announce(_ event: Announcement) async throws
}

/// One event for the exchange `handoffs`.
public struct Announcement: Sendable, Equatable {
    /// The CloudEvents type, which is the routing key too.
    public let type: String
    /// The CloudEvents id: the same announcement made again has the same id.
    public let id: String
    /// The id that follows the deal everywhere.
    public let correlationID: String
    /// The JSON body.
    public let body: [UInt8]

    /// Describes one event.
    public init(type: String, id: String, correlationID: String, body: [UInt8]) {
        self.type = type
        self.id = id
        self.correlationID = correlationID
        self.body = body
    }
}
