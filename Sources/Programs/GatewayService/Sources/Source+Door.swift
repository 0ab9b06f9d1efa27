import AsyncHTTPClient
import Logging
import Mappings

extension Source {
    /// What judges and reads the source's webhooks.
    func door(_ reader: any WebhookReader) -> WebhookDesk.Door {
        WebhookDesk.Door(
            // Only HubSpot signs the address, and has to say which.
            publicURL: publicURL ?? "http://gateway", verification: verification, reader: reader,
            workbench: Workbench("source \(name)"))
    }

    private var verification: any WebhookVerification {
        switch kind {
        case .hubspot: HubSpotVerification(oneOf: keys)
        case .docusign: DocuSignVerification(oneOf: keys)
        case .salesforceOutbound, .dynamics, .salesforcePlatform, .salesforceChange, .cpq, .canonical: sharedSecret
        }
    }

    private var sharedSecret: SharedSecretVerification { SharedSecretVerification(in: place, oneOf: keys) }

    private var keys: [Secret] { secrets.compactMap { Secret($0.revealed) } }

    /// The sources file takes no source without an API that needs one.
    private var reachable: API {
        guard let api else { preconditionFailure("source \(name) of kind \(kind) has no API") }
        return api
    }

    /// What reads the source's webhooks; `oldest` is how long ago a signed message without a window may have been made, `xml`
    /// how much an XML text may hold.
    func reader(client: HTTPClient, oldest: Duration, xml: XMLLimits = XMLLimits(), logger: Logger) -> any WebhookReader
    {
        switch kind {
        case .salesforceOutbound:
            SalesforceOutboundReader(organizations: Set(organisations.compactMap(SalesforceID.init)), limits: xml)
        case .salesforcePlatform: SalesforceStreamReader(type: "salesforce.platform-event.v1")
        case .salesforceChange: SalesforceStreamReader(type: "salesforce.change.v1")
        case .dynamics: DynamicsReader(organisations: organisations)
        case .hubspot:
            HubSpotReader(portals: organisations, deals: HubSpotDeals(api: reachable, client: client, logger: logger))
        case .docusign: DocuSignReader(accounts: organisations, oldest: oldest)
        case .cpq: CPQReader()
        case .canonical: CanonicalReader()
        }
    }
}
