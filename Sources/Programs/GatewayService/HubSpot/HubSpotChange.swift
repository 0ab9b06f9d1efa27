import Deals

/// One entry of the array that HubSpot posts: what changed about which object.
struct HubSpotChange: Sendable, Equatable {
    /// What makes it that event: HubSpot's own id is not unique.
    let names: [String]
    let time: Timestamp
    /// The ids under which the deal may be found, the likeliest first: a deal that was merged lives on under another.
    let deals: [String]
    /// Whether the deal may well be gone, so that nothing has to be said where it is.
    let mayBeGone: Bool
    /// The entry as it came.
    let entry: JSON

    /// What an entry is about.
    enum Reading: Sendable, Equatable {
        case change(HubSpotChange)
        /// It concerns no deal of ours; why.
        case ignored(String)
        /// It cannot be read; why.
        case unread(String)
    }

    /// The object type of deals in HubSpot's generic subscriptions.
    private static let dealType = "0-3"

    /// Reads an entry; empty `portals` are all.
    static func read(_ entry: JSON, of portals: Set<String>) -> Reading {
        guard case .object = entry, entry.isWritable else { return .unread("it is no object that can be passed on") }
        guard let portal = entry["portalId"]?.identifier else { return .unread("it has no portalId") }
        guard portals.isEmpty || portals.contains(portal) else { return .ignored("the portal is none of ours") }
        guard let subscription = entry["subscriptionType"]?.string else { return .unread("it has no subscriptionType") }
        guard let isDeal = isDeal(subscription, entry) else {
            return .unread("its subscriptionType is of no kind that is known, and it names no objectTypeId")
        }
        guard isDeal else { return .ignored("the object is no deal") }
        guard let object = id(entry["objectId"]) else { return .unread("it has no objectId that is a number") }
        guard let occurredAt = entry["occurredAt"]?.integer, let time = Timestamp(millisecondsSince1970: occurredAt)
        else { return .unread("it has no occurredAt in milliseconds") }
        let merged = id(entry["newObjectId"]).map { [$0] } ?? []
        return .change(
            HubSpotChange(
                names: [
                    portal, entry["subscriptionId"]?.identifier ?? subscription, object,
                    entry["propertyName"]?.string ?? subscription, String(occurredAt),
                ],
                time: time, deals: merged + [object],
                mayBeGone: !subscription.hasSuffix(".merge"), entry: entry))
    }

    /// Whether the object is a deal; nil where nothing says what it is.
    private static func isDeal(_ subscription: String, _ entry: JSON) -> Bool? {
        if let type = entry["objectTypeId"]?.string { return type == dealType }
        let kind = subscription.prefix { $0 != "." }
        return kind == "object" ? nil : kind == "deal"
    }

    private static func id(_ json: JSON?) -> String? {
        guard let id = json?.identifier, !id.isEmpty,
            id.utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 })
        else { return nil }
        return id
    }

    /// The event that hands `deal`, which was found under `asked`, on.
    func event(for deal: FetchedDeal, askedFor asked: String) -> SourceEvent {
        let data = deal.data(for: self, askedFor: asked)
        return SourceEvent(
            // The deal is fetched as it is by now: newer data is another event.
            id: SourceEvent.id(of: names, content: deal.content), type: "hubspot.deal.v1", time: time,
            content: .data(data))
    }
}
