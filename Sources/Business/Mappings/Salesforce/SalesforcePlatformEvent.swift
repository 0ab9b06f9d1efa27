import Deals

/// A platform event that the company defined for handoffs: one flat record, written by a flow when a deal is due.
///
/// Takes the event's payload as such, or as CometD and relays wrap it (`{"schema", "payload", "event"}`). The deal's
/// version is the event's own version field (`Baton_Version__c`).
public struct SalesforcePlatformEvent: SourceMapping {
    /// The type.
    public static let type = "salesforce.platform-event.v1"

    private let rules: SourceRules

    /// Reads by these settings.
    public init(_ settings: MappingSettings = .standard) {
        rules = settings.rules(for: SalesforcePlatformEvent.type)
    }

    /// The type.
    public var type: String { SalesforcePlatformEvent.type }

    /// Reads the event's fields.
    public func map(_ data: JSON, at stages: SourceStages) throws(MappingFailure) -> MappedEvent {
        let payload = try Located.data(data).unwrapped("payload", besides: ["schema", "event"])
        return try rules.event(from: SourceRecord(payload), at: stages)
    }
}
