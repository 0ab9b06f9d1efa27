import Deals

/// A deal as HubSpot has it now, with what belongs to it.
struct HubSpotDeal: Sendable, Equatable {
    let deal: JSON
    let lines: [JSON]
    let companies: [JSON]
    let contacts: [JSON]

    /// What is asked for of a deal.
    static let dealProperties = [
        "dealname", "dealstage", "pipeline", "amount", "deal_currency_code", "closedate", "hs_is_closed_won",
        "hs_lastmodifieddate",
    ]
    /// What belongs to a deal.
    static let associations = ["line_items", "companies", "contacts"]
    /// What is asked for of what belongs to it.
    static let properties = [
        "line_items": ["name", "hs_sku", "quantity", "price", "amount", "hs_line_item_currency_code"],
        "companies": ["name", "domain", "country"], "contacts": ["email", "firstname", "lastname"],
    ]

    /// The `data` of the event for a change.
    func data(for change: HubSpotChange) -> JSON {
        [
            "event": change.entry, "deal": deal, "lineItems": .array(lines), "companies": .array(companies),
            "contacts": .array(contacts),
        ]
    }
}
