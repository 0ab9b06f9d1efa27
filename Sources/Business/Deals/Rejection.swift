import Workers

/// Why an event can never become a handoff: all that is wrong with it at once, and who to answer as far as it is known.
public struct Rejection: Error, Sendable, Equatable, CustomStringConvertible {
    /// What kind of mistake the first finding is.
    public let incidentClass: IncidentClass
    /// Everything that was found, most important first; bounded by ``Limits/findings``.
    public let findings: [Finding]
    /// How many more findings there were.
    public let omitted: Int
    /// What could still be read of the event.
    public let trace: Trace

    /// What an answer needs of an event that was refused; each part only if it keeps the contract's rules itself.
    public struct Trace: Sendable, Equatable {
        /// The event's id.
        public var eventID: String?
        /// The event's source; from the routing key when the body does not tell.
        public var source: String?
        /// The publisher's correlation id.
        public var correlationID: String?
        /// The deal version.
        public var key: Deal.Key?
        /// What could be read of the deal.
        public var deal: PartialDeal?

        /// Knows nothing, or what it is given.
        public init(
            eventID: String? = nil, source: String? = nil, correlationID: String? = nil, key: Deal.Key? = nil
        ) {
            self.eventID = eventID
            self.source = source
            self.correlationID = correlationID
            self.key = key
        }
    }

    /// Refuses with everything that was found.
    public init(_ incidentClass: IncidentClass, _ findings: [Finding], omitted: Int = 0, trace: Trace = Trace()) {
        self.incidentClass = incidentClass
        self.findings = findings
        self.omitted = omitted
        self.trace = trace
    }

    /// Refuses with one finding on the body as a whole.
    init(_ incidentClass: IncidentClass, text: String, cure: String, trace: Trace = Trace()) {
        let finding = Finding(path: "$", owner: incidentClass.owner, text: text, cure: cure)
        self.init(incidentClass, [finding], trace: trace)
    }

    init(_ problem: JSONReader.Problem, trace: Trace = Trace()) {
        self.init(
            .notJSON, text: "is no JSON at byte \(problem.offset): \(problem.text)",
            cure: "Send one JSON text by RFC 8259 and RFC 7493 (I-JSON).", trace: trace)
    }

    /// As many findings as fit into one line of at most 1,000 characters, each with its owner where that is not the
    /// owner of the class.
    public var reason: String {
        let all = findings.map {
            $0.owner == incidentClass.owner ? $0.description : "\($0.description) (\($0.owner.rawValue))"
        }
        var (line, shown) = (all.first.map { String($0.prefix(900)) } ?? "", 1)
        while shown < all.count, line.count + all[shown].count < 960 {
            line += "; " + all[shown]
            shown += 1
        }
        let rest = max(all.count - shown, 0) + omitted
        return rest > 0 ? "\(line); and \(rest) more" : line
    }

    /// The same for a worker to throw.
    public var refused: Refused { Refused(incidentClass, reason) }

    /// The class and the reason.
    public var description: String { "\(incidentClass.rawValue): \(reason)" }
}
