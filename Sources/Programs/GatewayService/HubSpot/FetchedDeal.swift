import Deals

/// A deal as HubSpot has it now, with what belongs to it.
struct FetchedDeal: Sendable, Equatable {
    let deal: JSON
    let company: JSON?
    let parentCompany: JSON?
    let lineItems: [JSON]
    let contacts: [JSON]

    /// The `data` of the event for a change, as the mapping of `hubspot.deal.v1` reads it.
    func data(for change: HubSpotChange) -> JSON {
        [
            "event": change.entry, "deal": deal, "company": company, "parentCompany": parentCompany,
            "lineItems": lineItems.isEmpty ? nil : .array(lineItems),
            "contacts": contacts.isEmpty ? nil : .array(contacts),
        ]
    }
}
