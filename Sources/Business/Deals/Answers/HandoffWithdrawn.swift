/// The announcement that what was announced of a deal holds no more: its contract was called off.
public struct HandoffWithdrawn: Sendable, Hashable {
    /// The event's type on the wire.
    public static let type = "handoff.withdrawn.v1"
    /// The handoff whose announcement is withdrawn.
    public let handoff: String
    /// The deal version.
    public let key: Deal.Key
    /// The id of the event that holds no more.
    public let announcement: String
    /// The id that follows the deal everywhere.
    public let correlationID: String

    /// Withdraws the event `announcement`.
    public init(handoff: String, key: Deal.Key, announcement: String, correlationID: String) {
        self.handoff = handoff
        self.key = key
        self.announcement = announcement
        self.correlationID = correlationID
    }

    /// The event as it goes over the wire, under an id and a time of the caller's.
    public func encoded(id: String, time: Timestamp) -> [UInt8] {
        let data: JSON = [
            "handoff": .string(handoff), "opportunity": .string(key.opportunity), "contract": .string(key.contract),
            "version": .integer(Int64(key.version)), "announcement": .string(announcement),
            "correlationId": .string(correlationID),
        ]
        return AnswerEvent.bytes(
            id: id, time: time, type: Self.type, subject: key, correlationID: correlationID, data: data)
    }
}
