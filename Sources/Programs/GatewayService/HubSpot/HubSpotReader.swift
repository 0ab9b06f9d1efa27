import Deals

/// Reads HubSpot's webhooks, which only name deals: each is fetched, so that the worker needs nobody.
struct HubSpotReader: WebhookReader {
    let portals: Set<String>
    let deals: HubSpotDeals
    /// The most entries that HubSpot puts into one webhook.
    static let mostChanges = 100

    func read(_ webhook: Webhook) async throws -> Reading {
        guard let entries = try webhook.json().items else { throw Problem(.unreadable, "the body is no array") }
        guard entries.count <= Self.mostChanges else {
            throw Problem(.tooLarge, "\(entries.count) changes; \(Self.mostChanges) are allowed at once")
        }
        let changes = entries.compactMap(HubSpotChange.init)
        guard changes.count == entries.count else {
            throw Problem(.unreadable, "an entry lacks portalId, objectId, subscriptionType or occurredAt")
        }
        var reading = Reading()
        var wanted: [HubSpotChange] = []
        for change in changes {
            if !portals.isEmpty, !portals.contains(change.portal) {
                reading.ignored.append("\(change.id): the portal is none of ours")
            } else if !change.isDeal {
                reading.ignored.append("\(change.id): the object is no deal")
            } else {
                wanted.append(change)
            }
        }
        let found = try await deals.deals(Set(wanted.map(\.object)), until: webhook.deadline)
        for change in wanted {
            guard let data = found[change.object]?.data(for: change) else {
                reading.ignored.append("\(change.id): the deal is gone")
                continue
            }
            reading.events.append(
                SourceEvent(id: change.id, type: "hubspot.deal.v1", time: change.time, content: .data(data)))
        }
        return reading
    }
}
