/// What has to be fetched of HubSpot for a deal: the properties that the mapping reads, by the kind of object.
public struct HubSpotFetch: Sendable, Equatable {
    /// Of the deal.
    public let deal: [String]
    /// Of its company.
    public let company: [String]
    /// Of the company to which that one belongs.
    public let parentCompany: [String]
    /// Of each line item.
    public let lineItems: [String]
    /// Of each contact.
    public let contacts: [String]

    /// Names the properties by these settings' fields.
    public init(_ settings: MappingSettings = .standard) {
        let fields = settings.rules(for: HubSpotDeal.type).fields
        var names: [String: Set<String>] = [:]
        for attribute in Attribute.allCases {
            for case .path(let path) in fields[attribute].alternatives.joined() {
                if attribute.isOfItem, path.count == 2, path[0] == "properties" {
                    let list = attribute.rawValue.hasPrefix("lines") ? "lineItems" : "contacts"
                    names[list, default: []].insert(path[1])
                } else if path.count >= 3, path[1] == "properties" {
                    names[path[0], default: []].insert(path[2])
                }
            }
        }
        // What says of the deal itself what its other properties mean.
        names["deal", default: []].formUnion([
            "hs_is_closed", "hs_is_closed_lost", "hs_is_closed_won", HubSpotDeal.mergedIDs,
        ])
        func sorted(_ kind: String) -> [String] { names[kind, default: []].sorted() }
        deal = sorted("deal")
        company = sorted("company")
        parentCompany = sorted("parentCompany")
        lineItems = sorted("lineItems")
        contacts = sorted("contacts")
    }
}
