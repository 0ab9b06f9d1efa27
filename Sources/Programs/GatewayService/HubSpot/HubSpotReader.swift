import Deals

/// Reads HubSpot's webhooks, which only name deals: each is fetched, so that the worker needs nobody.
struct HubSpotReader: WebhookReader {
    let portals: Set<String>
    let deals: HubSpotDeals
    /// The most entries that HubSpot puts into one webhook.
    static let mostChanges = 100

    var unreadType: String? { Self.unreadType }
    private static let unreadType = "hubspot.unread.v1"

    func read(_ webhook: Webhook) async throws -> Reading {
        guard let entries = try webhook.entries().items else { throw Problem(.unreadable, "the body is no array") }
        guard entries.count <= Self.mostChanges else {
            throw Problem(.tooLarge, "\(entries.count) changes; \(Self.mostChanges) are allowed at once")
        }
        var reading = Reading()
        var changes: [HubSpotChange] = []
        for (index, entry) in entries.enumerated() {
            switch HubSpotChange.read(entry, of: portals) {
            case .change(let change): changes.append(change)
            case .ignored(let reason): reading.ignored.append("entry \(index + 1): \(reason)")
            case .unread(let reason):
                reading.add(
                    unread: entry, because: "entry \(index + 1): \(reason)", type: Self.unreadType,
                    at: webhook.received)
            }
        }
        let found = try await deals.deals(Set(changes.flatMap(\.deals)), until: webhook.deadline)
        for change in changes { Self.add(change, from: found, to: &reading) }
        return reading
    }

    /// Adds the event of a change, or why there is none.
    private static func add(
        _ change: HubSpotChange, from found: [String: HubSpotDeals.Found], to reading: inout Reading
    ) {
        var reason: String?
        for id in change.deals {
            switch found[id] {
            case .deal(let deal): return reading.events.append(change.event(for: deal, askedFor: id))
            case .unreadable(let why): reason = reason ?? why
            case nil: continue
            }
        }
        let name = change.deals.joined(separator: " and ")
        if let reason {
            reading.add(
                unread: change.entry, because: "deal \(name): \(reason)", type: unreadType, at: change.time)
        } else if change.mayBeGone {
            reading.ignored.append("deal \(name): the deal is gone")
        } else {
            reading.add(
                unread: change.entry, because: "deal \(name): merged, and found under none of its ids",
                type: unreadType, at: change.time)
        }
    }
}
