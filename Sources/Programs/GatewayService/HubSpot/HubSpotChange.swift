import Deals

/// One entry of the array that HubSpot posts: what changed about which object.
struct HubSpotChange: Sendable, Equatable {
    /// The event's id, by what makes it that event: HubSpot's own is not unique.
    let id: String
    let portal: String
    let object: String
    let time: Timestamp
    /// Whether the object is a deal.
    let isDeal: Bool
    /// The entry as it came.
    let entry: JSON

    /// The object type of deals in HubSpot's generic subscriptions.
    private static let deals = "0-3"

    /// Reads an entry; nil for what is none.
    init?(_ entry: JSON) {
        guard let portal = entry["portalId"]?.identifier, let object = entry["objectId"]?.identifier,
            let subscription = entry["subscriptionType"]?.string, let occurredAt = entry["occurredAt"]?.integer,
            let time = Timestamp(millisecondsSince1970: occurredAt)
        else { return nil }
        self.portal = portal
        self.object = object
        self.time = time
        self.entry = entry
        isDeal = subscription.hasPrefix("deal.") || entry["objectTypeId"]?.string == Self.deals
        id = SourceEvent.id(of: [
            portal, entry["subscriptionId"]?.identifier ?? subscription, object,
            entry["propertyName"]?.string ?? subscription, String(occurredAt),
        ])
    }
}
