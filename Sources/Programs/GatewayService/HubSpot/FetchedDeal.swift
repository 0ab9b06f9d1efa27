import Deals

/// A deal as HubSpot has it now, with what belongs to it.
struct FetchedDeal: Sendable, Equatable {
    let deal: JSON
    let company: JSON?
    let parentCompany: JSON?
    let lineItems: [JSON]
    let contacts: [JSON]

    /// Everything that was fetched.
    var content: JSON {
        [
            "deal": deal, "company": company, "parentCompany": parentCompany,
            "lineItems": lineItems.isEmpty ? nil : .array(lineItems),
            "contacts": contacts.isEmpty ? nil : .array(contacts),
        ]
    }

    /// The `data` of the event for a change, as the mapping of `hubspot.deal.v1` reads it. A deal that HubSpot answered
    /// under another id than its own was merged: `fetchedAs` is the id that was asked for.
    func data(for change: HubSpotChange, askedFor asked: String) -> JSON {
        guard case .object(let members) = content else { return content }
        let other = deal["id"]?.identifier == asked ? [] : [JSON.Member("fetchedAs", .string(asked))]
        return .object([JSON.Member("event", change.entry)] + members + other)
    }
}
