/// What kind of system a source is, which decides how its webhooks are judged and read.
enum SourceKind: String, CaseIterable, Sendable {
    case salesforceOutbound = "salesforce-outbound"
    case salesforcePlatform = "salesforce-platform"
    case salesforceChange = "salesforce-change"
    case dynamics, hubspot, docusign, cpq, canonical

    /// Whether its signature is made over the address that it was told to call.
    var needsPublicURL: Bool { self == .hubspot }
    /// Whether its webhooks only name an object, which has to be fetched.
    var needsAPI: Bool { self == .hubspot }
    /// Whether it signs what it sends instead of showing a secret.
    var signs: Bool { self == .hubspot || self == .docusign }
    /// Whether its messages name the organisation, portal or account that they come from.
    var namesOrganisations: Bool {
        switch self {
        case .salesforceOutbound, .dynamics, .hubspot, .docusign: true
        case .salesforcePlatform, .salesforceChange, .cpq, .canonical: false
        }
    }
    /// Whether nothing but the organisation's id says whose message it is.
    var needsOrganisations: Bool { self == .salesforceOutbound }
}
