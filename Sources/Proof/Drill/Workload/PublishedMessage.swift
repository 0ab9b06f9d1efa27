import Foundation

/// One publication of a message, as the list of what was published keeps it: what was sent, what it should lead to,
/// and whether the broker answered for it.
public struct PublishedMessage: Sendable, Codable, Equatable {
    /// What kind of message it is.
    public enum Kind: String, Sendable, Codable {
        /// A deal version, `deal.updated.v1`.
        case deal
        /// A cancellation, `deal.cancelled.v1`.
        case cancellation
        /// Nothing that a worker can read.
        case unreadable
    }

    /// How the deal should end, unless a later event changes that.
    public enum Fate: String, Sendable, Codable {
        /// Every step is done.
        case finishes
        /// A target refuses a step for good.
        case isRefused
        /// A later event cancels it.
        case isCancelled
    }

    /// What kind of message it is.
    public var kind: Kind
    /// The AMQP message id: the same when the same message is sent again.
    public var messageID: String
    /// The queue that it is meant for.
    public var queue: String
    /// Whether the broker confirmed it; if not, nobody knows whether it arrived.
    public var isConfirmed = false
    /// The CloudEvents source; nil for what is no event.
    public var source: String?
    /// The CloudEvents id; nil for what is no event.
    public var eventID: String?
    /// The opportunity.
    public var opportunity: String?
    /// The contract.
    public var contract: String?
    /// The contract's version.
    public var version: Int?
    /// Tells contents of one version apart.
    public var content: String?
    /// What the deal is worth, in minor units of `currency`.
    public var totalMinor: Int64?
    /// ISO 4217 code.
    public var currency: String?
    /// How the deal should end.
    public var fate: Fate?
    /// Whether the deal is at a stage that starts nothing.
    public var startsNothing = false

    /// Names a message that is meant for `queue`.
    public init(_ kind: Kind, messageID: String, queue: String) {
        self.kind = kind
        self.messageID = messageID
        self.queue = queue
    }

    /// Reads a list of what was published: one JSON object a line.
    public static func list(at path: String) throws -> [PublishedMessage] {
        try JSONLines.read(PublishedMessage.self, at: path)
    }
}
