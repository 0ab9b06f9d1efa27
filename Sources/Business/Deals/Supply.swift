import Workers

/// Who can supply what a deal lacks, and what it is called in a sentence to them.
///
/// The published schema says the same in `x-supplied-by`; a test holds both equal.
enum Supply {
    /// The team for the member at `names`, without the positions in arrays, from `data` on.
    static func owner(of names: [String]) -> IncidentClass.Owner {
        let place = names.joined(separator: ".")
        return owners.first { place == $0.place || place.hasPrefix($0.place + ".") }?.owner ?? .salesOperations
    }

    /// What the member at `names` is called; nil where its path says it well enough.
    static func label(of names: [String]) -> String? { labels[names.joined(separator: ".")] }

    /// Whether a deal that lacks only such members is complete, and not approved.
    static func isApproval(_ path: String) -> Bool {
        path.hasPrefix("$.data.approval") || path.hasPrefix("$.data.deliveryOwner")
    }

    /// Everything that is not named here belongs to sales operations.
    private static let owners: [(place: String, owner: IncidentClass.Owner)] = [
        ("customer.billTo", .finance), ("customer.contacts", .finance), ("customer.taxRegistrations", .finance),
        ("billingTerms", .finance), ("deliveryRegion", .projectOperations), ("deliveryOwner", .projectOperations),
        ("projectManager", .projectOperations), ("customer.shipTo", .projectOperations),
        ("lines.delivery", .projectOperations), ("resourceDemand", .projectOperations),
    ]

    private static let labels = [
        "approval.status": "not approved", "approval.approver": "not approved", "approval.approvedAt": "not approved",
        "deliveryOwner": "who answers for delivery", "projectManager": "the project manager",
        "contractParty": "the contracting party", "deliveryRegion": "the delivery region",
        "contractType": "the contract type", "sowHash": "the hash of the statement of work",
        "customer.billTo": "the bill-to address", "customer.contacts": "the bill-to contact",
        "billingTerms.terms": "the payment terms", "billingTerms.invoiceDelivery": "the invoice delivery method",
        "lines.billing.rateCard": "the rate card", "lines.billing.model": "the billing method",
        "lines.delivery.vendor": "the vendor", "milestones.amountMinor": "the amount", "milestones.due": "the date",
    ]
}
