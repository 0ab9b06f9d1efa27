import FoundationEssentials

/// Everything a person needs to decide on one incident.
public struct IncidentReport: Sendable, Codable, Equatable {
    /// The class in business words.
    public struct Words: Sendable, Codable, Equatable {
        /// What happened.
        public let what: String
        /// Who fixes it.
        public let who: String
        /// Where it is fixed.
        public let fixWhere: String
        /// What to press after.
        public let next: String
        /// Whether sending it again can help: `never` where only another message can.
        public let retry: String
    }

    /// How the handoff stands now.
    public struct Standing: Sendable, Codable, Equatable {
        /// The stored state.
        public let state: String
        /// complete, change or cancel.
        public let kind: String
        /// do, or undo while it goes back.
        public let direction: String
        /// The queue whose workers have it, or had it last.
        public let queue: String
        /// Since when it stands so.
        public let since: Date
        /// How often it was sent again.
        public let requeues: Int
        /// What the target answered last.
        public let lastError: String?
    }

    /// One step of the handoff, or of one that a cancellation undoes.
    public struct Step: Sendable, Codable, Equatable {
        /// The handoff whose step it is.
        public let handoff: RowID
        /// Name and instance.
        public let step: String
        /// The stored state.
        public let state: String
        /// How many attempts have failed since it was last sent.
        public let failedAttempts: Int
        /// The target's id of what was made.
        public let externalID: String?
        /// How it came to be there: made, found, changed or adopted.
        public let cameToBe: String?
        /// Why it was kept, where it was.
        public let keptBecause: String?

        /// Whether it is not known if its last call took effect.
        public var isInDoubt: Bool { state == "intent" || state == "undoing" }
        /// Whether what it made is there.
        public var exists: Bool { state == "done" || state == "kept" || state == "undoing" }
    }

    /// One line of the handoff's journal.
    public struct Entry: Sendable, Codable, Equatable {
        /// When.
        public let at: Date
        /// Which database role wrote it.
        public let actor: String?
        /// What, as the JSON that was written.
        public let entry: String
    }

    /// What else is known of the incident itself.
    public struct Sightings: Sendable, Codable, Equatable {
        /// What the target said in its own words, without addresses and long numbers.
        public let said: String?
        /// Whether somebody moved it with the broker's own tools.
        public let wasMovedByHand: Bool
    }

    /// The message that no handoff stands for.
    public struct RawMessage: Sendable, Codable, Equatable {
        /// Where it came from: exchange, routing key, message id, content type.
        public let origin: [String: String]
        /// How many bytes it has.
        public let bytes: Int
        /// The bytes, where they were asked for; they may be personal data.
        public let body: [UInt8]?

        private enum CodingKeys: String, CodingKey {
            case origin, bytes, body, bodyBase64
        }

        init(origin: [String: String], bytes: Int, body: [UInt8]?) {
            self.origin = origin
            self.bytes = bytes
            self.body = body
        }

        /// Reads what ``encode(to:)`` writes.
        public init(from decoder: any Decoder) throws {
            let values = try decoder.container(keyedBy: CodingKeys.self)
            origin = try values.decode([String: String].self, forKey: .origin)
            bytes = try values.decode(Int.self, forKey: .bytes)
            let text = try values.decodeIfPresent(String.self, forKey: .body).map { Array($0.utf8) }
            body = try text ?? values.decodeIfPresent(Data.self, forKey: .bodyBase64).map { Array($0) }
        }

        /// A body that is text is written as one, `body`; any other as `bodyBase64`.
        public func encode(to encoder: any Encoder) throws {
            var values = encoder.container(keyedBy: CodingKeys.self)
            try values.encode(origin, forKey: .origin)
            try values.encode(bytes, forKey: .bytes)
            guard let body else { return }
            if let text = String(validating: body, as: UTF8.self) {
                try values.encode(text, forKey: .body)
            } else {
                try values.encode(Data(body), forKey: .bodyBase64)
            }
        }
    }

    /// What it is about and how it stands.
    public let line: IncidentLine
    /// What the target said, and how often the message came.
    public let sightings: Sightings
    /// What to do about it; nil where the table of classes does not know the class.
    public let words: Words?
    /// How its handoff stands.
    public let standing: Standing?
    /// The steps, in order.
    public let steps: [Step]
    /// What happened, oldest first.
    public let journal: [Entry]
    /// What people did, newest first.
    public let acts: [ActRecord]
    /// All rounds of the same case, oldest first, this one among them.
    public let rounds: [IncidentLine]
    /// The message, if one is kept.
    public let message: RawMessage?
}
