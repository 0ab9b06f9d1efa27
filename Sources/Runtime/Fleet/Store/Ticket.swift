import FoundationEssentials

/// The message that says "look at this": it carries an id and nothing else, so that losing or doubling it is harmless.
public struct Ticket: Sendable, Hashable {
    /// What to look at.
    public enum Subject: Sendable, Hashable {
        /// A handoff.
        case handoff(UUID)
        /// What another system shall say about an opportunity.
        case mirror(opportunity: String, target: String, object: String)
    }

    /// What to look at.
    public let subject: Subject
    /// Whose workers shall look.
    public let queue: String
    /// The id that follows the deal everywhere.
    public let correlationID: String

    /// Names what to look at and who shall.
    public init(_ subject: Subject, queue: String, correlationID: String) {
        self.subject = subject
        self.queue = queue
        self.correlationID = correlationID
    }

    private struct Body: Codable {
        struct Mirror: Codable {
            var opportunity: String
            var target: String
            var object: String
        }
        var handoff: UUID?
        var mirror: Mirror?
    }

    /// The JSON body: `{"handoff":"<uuid>"}` or `{"mirror":{…}}`.
    public func encoded() throws -> [UInt8] {
        switch subject {
        case .handoff(let id): Array("{\"handoff\":\"\(id.lowercased)\"}".utf8)
        case .mirror(let opportunity, let target, let object):
            try Array(
                JSONEncoder().encode(
                    Body(handoff: nil, mirror: .init(opportunity: opportunity, target: target, object: object))))
        }
    }

    /// Reads a ticket's body; nil for anything that is no ticket.
    public init?(body: [UInt8], queue: String, correlationID: String) {
        guard let read = try? JSONDecoder().decode(Body.self, from: Data(body)) else { return nil }
        switch (read.handoff, read.mirror) {
        case (let id?, nil): self.init(.handoff(id), queue: queue, correlationID: correlationID)
        case (nil, let mirror?):
            self.init(
                .mirror(opportunity: mirror.opportunity, target: mirror.target, object: mirror.object), queue: queue,
                correlationID: correlationID)
        default: return nil
        }
    }
}
