import Workers

/// What an event says of its deal, as far as it could be read, however wrong the rest of it is.
public struct DealFacts: Sendable, Equatable {
    /// One thing that is wrong with it.
    public struct Fault: Sendable, Equatable, Codable {
        /// Where in the event.
        public let path: String
        /// The team that can cure it.
        public let owner: String
        /// What is wrong.
        public let text: String
        /// What to do about it.
        public let cure: String

        /// Describes one thing that is wrong.
        public init(path: String, owner: String, text: String, cure: String) {
            self.path = path
            self.owner = owner
            self.text = text
            self.cure = cure
        }
    }

    /// The publisher.
    public var source: String?
    /// The publisher's own id of the event.
    public var eventID: String?
    /// The id that follows the deal everywhere; nil where only the message tells it.
    public var correlationID: String?
    /// The opportunity.
    public var opportunity: String?
    /// The contract.
    public var contract: String?
    /// The contract's version.
    public var version: Int?
    /// The customer's name.
    public var customer: String?
    /// What the deal is worth, in minor units of `currency`.
    public var totalMinor: Int64?
    /// ISO 4217 code.
    public var currency: String?
    /// All that is wrong, most important first.
    public var faults: [Fault] = []

    /// Knows nothing yet.
    public init() {}

    /// The same, with texts that rows can hold: the event may be refused for the very letters in them.
    var storable: DealFacts {
        var facts = self
        facts.source = source.map { OutsideText.storable($0) }
        facts.eventID = eventID.map { OutsideText.storable($0, longest: 1024) }
        facts.correlationID = correlationID.flatMap(OutsideText.identifier)
        facts.opportunity = opportunity.map { OutsideText.storable($0) }
        facts.contract = contract.map { OutsideText.storable($0) }
        facts.customer = customer.map { OutsideText.storable($0, longest: 1024) }
        facts.currency = currency.map { OutsideText.storable($0) }
        return facts
    }
}

/// An event that can never start a handoff: refused like any message, and filed under the deal that it names.
public struct RefusedEvent: Error, Sendable, Equatable {
    /// Why, for people.
    public let refused: Refused
    /// What is known of its deal.
    public let facts: DealFacts
    /// What another system shall say of it; nil to tell nothing.
    public let status: Status?
    /// What its publisher shall hear once people have been told; nil where there is nobody to answer.
    public let answer: Announcement?

    /// Refuses an event of which `facts` are known.
    public init(
        _ refused: Refused, facts: DealFacts = DealFacts(), status: Status? = nil, answer: Announcement? = nil
    ) {
        self.refused = refused
        self.facts = facts.storable
        self.status = status
        self.answer = answer
    }
}
