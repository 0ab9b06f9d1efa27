import Deals

/// A webhook item of HubSpot together with the deal that was fetched upon it.
///
/// `data` has `deal` (with `id` and `properties`), and where there are any `event` (the webhook item), `company`,
/// `parentCompany`, `lineItems` and `contacts`, each object as HubSpot's API answers it. The deal's version is its
/// property `baton_version`. Every property's value is a text.
public struct HubSpotDeal: SourceMapping {
    /// The type.
    public static let type = "hubspot.deal.v1"
    /// The object type of deals in HubSpot's generic webhooks.
    private static let dealObjectType = "0-3"

    private let rules: SourceRules

    /// Reads by these settings.
    public init(_ settings: MappingSettings = .standard) {
        rules = settings.rules(for: HubSpotDeal.type)
    }

    /// The type.
    public var type: String { HubSpotDeal.type }

    /// Reads the deal that was fetched.
    public func map(_ data: JSON, at stages: SourceStages) throws(MappingFailure) -> MappedEvent {
        let data = try Located.data(data)
        if let event = data.member("event"), let reason = try nothing(in: event) { return .nothing(because: reason) }
        guard let deal = data.member("deal"), case .object? = deal.json.member("properties") else {
            throw MappingFailure(
                "is missing or has no properties", at: "\(data.path).deal",
                cure: "Fetch the deal with its properties and associations, and send it as deal.")
        }
        if let event = data.member("event") { try check(deal, event) }
        if deal.json.member("archived") == .bool(true) { return .nothing(because: "the deal is archived") }
        return try rules.event(from: SourceRecord(data), at: stages)
    }

    /// Why the webhook item starts nothing, nil where it may.
    private func nothing(in event: Located) throws(MappingFailure) -> String? {
        guard let subscription = event.text("subscriptionType") else {
            throw MappingFailure(
                "is missing", at: "\(event.path).subscriptionType",
                cure: "Send one item of the webhook's array as event.")
        }
        let parts = subscription.split(separator: ".").map(String.init)
        let isDeal =
            parts.first == "deal"
            || (parts.first == "object" && event.text("objectTypeId") == HubSpotDeal.dealObjectType)
        guard isDeal else { return "the webhook is about an object that is no deal" }
        guard !["deletion", "privacyDeletion"].contains(parts.last) else {
            return "a deleted deal starts nothing; deal.cancelled.v1 takes a deal back"
        }
        return nil
    }

    private func check(_ deal: Located, _ event: Located) throws(MappingFailure) {
        guard let id = HubSpotDeal.id(deal.json.member("id")), id == HubSpotDeal.id(event.json.member("objectId"))
        else {
            throw MappingFailure(
                "is not the deal of the webhook", at: "\(deal.path).id", cure: "Fetch the deal that objectId names.")
        }
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
