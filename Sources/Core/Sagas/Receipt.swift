/// What a step left behind: all that a later step, a read-back or an undoing needs to know about it.
public struct Receipt: Sendable, Codable, Equatable {
    /// How the thing came to be there.
    public enum Origin: String, Sendable, Codable {
        /// This handoff made it, so undoing may take it away.
        case created
        /// It was there already and was changed.
        case updated
        /// It was there already and was left as it is.
        case linked
    }

    /// The target's own id of the thing, exactly as the target wrote it.
    public let externalID: String
    /// How the thing came to be there.
    public let origin: Origin
    /// A hash of what was written, for telling a change from a repetition; nil where nothing was written.
    public let contentHash: String?

    /// Notes that `externalID` is there and why.
    public init(externalID: String, origin: Origin, contentHash: String? = nil) {
        self.externalID = externalID
        self.origin = origin
        self.contentHash = contentHash
    }
}
