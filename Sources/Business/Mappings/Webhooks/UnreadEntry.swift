import Deals

/// An entry of a webhook that the gateway could not read, so that it becomes an incident instead of being lost or taking
/// the entries beside it with it.
///
/// `data` has the `reason` in words and the `entry` as it came. It is never a deal: who owns the source has to look.
public struct UnreadEntry: SourceMapping {
    /// The types, one for each kind of source whose webhooks carry several entries.
    public static let types = ["hubspot.unread.v1", "salesforce.unread.v1"]

    /// The type.
    public let type: String

    /// The `data` of an event for an entry that cannot be read.
    public static func data(_ entry: JSON, because reason: String) -> JSON {
        ["reason": .string(reason), "entry": entry]
    }

    /// Refuses with the reason.
    public func map(_ data: JSON, at stages: SourceStages) throws(MappingFailure) -> MappedEvent {
        let data = try Located.data(data)
        throw MappingFailure(
            "cannot be read: \(data.text("reason") ?? "nobody says why")", at: "\(data.path).entry",
            cure: "Look the record up in the source and have it sent again as the gateway's README describes.")
    }
}
