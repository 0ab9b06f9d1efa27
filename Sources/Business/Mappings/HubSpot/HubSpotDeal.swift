import Deals

/// A webhook item of HubSpot together with the deal that was fetched upon it.
///
/// `data` has `deal` (with `id` and `properties`), and where there are any `event` (the webhook item), `company`,
/// `parentCompany`, `lineItems` and `contacts`, each object as HubSpot's API answers it. The deal's version is its
/// property `baton_version`. Every property's value is a text. A deal lives on under another id once it was merged: all its
/// ids are names of its opportunity, the one that was asked for (`fetchedAs`) among them.
public struct HubSpotDeal: SourceMapping {
    /// The type.
    public static let type = "hubspot.deal.v1"
    /// The object type of deals in HubSpot's generic webhooks.
    private static let dealObjectType = "0-3"
    /// How many ids of one deal are remembered; HubSpot merges two at a time.
    private static let mostNames = 100

    private let rules: SourceRules

    /// Reads by these settings.
    public init(_ settings: MappingSettings = .standard) {
        rules = settings.rules(for: HubSpotDeal.type)
    }

    /// The type.
    public var type: String { HubSpotDeal.type }

    /// The property in which HubSpot keeps the ids of deals that were merged into one.
    static let mergedIDs = "hs_merged_object_ids"

    /// Reads the deal that was fetched.
    public func map(_ data: JSON, at stages: SourceStages) throws(MappingFailure) -> MappedEvent {
        let data = try Located.data(data)
        let event = try data.object("event", cure: "Send one item of the webhook's array as event.")
        let fetch = "Fetch the deal with its properties and associations, and send it as deal."
        let deal = try data.object("deal", cure: fetch)
        if let event {
            guard let isGone = try isDeletion(event) else {
                return .nothing(because: "the webhook is about an object that is no deal")
            }
            if isGone {
                try checkIsGone(deal, data, stages)
                return .nothing(because: "a deleted deal starts nothing; deal.cancelled.v1 takes a deal back")
            }
        }
        guard let deal, try deal.object("properties", cure: fetch) != nil else {
            throw MappingFailure("is missing or has no properties", at: "\(data.path).deal", cure: fetch)
        }
        if let event { try check(deal, event, fetchedAs: HubSpotDeal.id(data.json.member("fetchedAs"))) }
        if deal.isArchived { return .nothing(because: "the deal is archived") }
        let mapped = try rules.event(
            from: SourceRecord(data), at: stages, also: event.flatMap { said($0, of: deal) } ?? [])
        guard case .deal(let canonical, _) = mapped else { return mapped }
        return .deal(canonical, names: HubSpotDeal.names(of: deal, event, in: data))
    }

    /// Whether the webhook item is about a deal's end; nil where it is about no deal.
    private func isDeletion(_ event: Located) throws(MappingFailure) -> Bool? {
        guard let subscription = event.text("subscriptionType") else {
            throw MappingFailure(
                "is missing", at: "\(event.path).subscriptionType",
                cure: "Send one item of the webhook's array as event.")
        }
        let parts = subscription.split(separator: ".").map(String.init)
        let isDeal =
            parts.first == "deal"
            || (parts.first == "object" && event.text("objectTypeId") == HubSpotDeal.dealObjectType)
        return isDeal ? ["deletion", "privacyDeletion"].contains(parts.last) : nil
    }

    /// A deletion says that there is nothing; a deal that is there and sold says otherwise.
    private func checkIsGone(_ deal: Located?, _ data: Located, _ stages: SourceStages) throws(MappingFailure) {
        guard let deal, !deal.isArchived, let stage = rules.reader.find(.stage, in: SourceRecord(data)),
            rules.reader.stage(stage).map(stages.start) ?? true
        else { return }
        throw MappingFailure(
            "is a stage that starts a handoff, and the webhook says that the deal was deleted", at: stage.path,
            cure: "Fetch the deal again.")
    }

    /// The stage that the webhook says the deal came to, unless the deal was changed after that.
    private func said(_ event: Located, of deal: Located) -> [Located]? {
        guard event.text("propertyName") == rules.fields[.stage].firstPath.last,
            let value = event.member("propertyValue"), !value.isEmpty
        else { return nil }
        if case .integer(let then)? = event.json.member("occurredAt"),
            let changed = deal.text("updatedAt").flatMap(SourceTime.milliseconds), changed > then
        {
            return nil
        }
        return [value]
    }

    /// All ids that HubSpot has or had for the deal.
    private static func names(of deal: Located, _ event: Located?, in data: Located) -> [String] {
        let own = [deal.json.member("id"), data.json.member("fetchedAs"), event?.json.member("newObjectId")]
        let ids = own.compactMap { id($0) } + (event.map(named(by:)) ?? []) + formerIDs(of: deal)
        return Array(ids.filter { !$0.isEmpty && $0.allSatisfy(\.isNumber) }.prefix(mostNames))
    }

    /// The ids under which a webhook item may mean its deal.
    private static func named(by event: Located) -> [String] {
        var named = ["objectId", "primaryObjectId"].compactMap { id(event.json.member($0)) }
        if case .array(let merged)? = event.json.member("mergedObjectIds") { named += merged.compactMap(id) }
        return named
    }

    /// The ids of the deals that were merged into it.
    private static func formerIDs(of deal: Located) -> [String] {
        deal.member("properties")?.text(mergedIDs)?.split { !$0.isNumber }.map(String.init) ?? []
    }

    /// The deal is the one that the webhook names, or the one that is left of it: a merge gives several deals one new id,
    /// and answers the old ids with it.
    private func check(_ deal: Located, _ event: Located, fetchedAs asked: String?) throws(MappingFailure) {
        let id = HubSpotDeal.id(deal.json.member("id"))
        let left = HubSpotDeal.id(event.json.member("newObjectId"))
        let named = HubSpotDeal.named(by: event)
        if let id {
            if let left { if id == left { return } } else if named.contains(id) { return }
            // What HubSpot itself answers an old id with is what is left of it.
            if let asked, asked != id, named.contains(asked) || asked == left { return }
            if named.contains(where: HubSpotDeal.formerIDs(of: deal).contains) { return }
        }
        throw MappingFailure(
            left == nil ? "is not the deal of the webhook" : "is not the deal that the merge left",
            at: "\(deal.path).id",
            cure: left == nil
                ? "Fetch the deal that objectId names; one that was merged answers under its new id."
                : "Fetch the deal that newObjectId names.")
    }

    /// The webhook writes an id as a number, the object as a text.
    private static func id(_ json: JSON?) -> String? {
        switch json {
        case .integer(let value): String(value)
        case .string(let text): text
        default: nil
        }
    }
}

extension Located {
    /// Whether HubSpot has put the object away.
    fileprivate var isArchived: Bool {
        json.member("archived") == .bool(true) || text("archived")?.lowercased() == "true"
    }
}
