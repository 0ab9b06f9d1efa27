import AsyncHTTPClient
import Logging
import Mappings

extension Source {
    /// What judges and reads the source's webhooks.
    func door(client: HTTPClient, logger: Logger) -> WebhookDesk.Door {
        WebhookDesk.Door(
            // Only HubSpot signs the address, and has to say which.
            publicURL: publicURL ?? "http://gateway", verification: verification,
            reader: reader(client: client, logger: logger))
    }

    private var verification: any WebhookVerification {
        switch kind {
        case .hubspot: HubSpotVerification(oneOf: keys)
        case .docusign: DocuSignVerification(oneOf: keys)
        case .salesforceOutbound:
            OutboundMessageVerification(
                organizations: Set(organisations.compactMap(SalesforceID.init)), relay: sharedSecret)
        case .dynamics, .salesforcePlatform, .salesforceChange, .cpq, .canonical: sharedSecret
        }
    }

    private var sharedSecret: SharedSecretVerification { SharedSecretVerification(in: place, oneOf: keys) }

    private var keys: [Secret] { secrets.compactMap { Secret($0.revealed) } }

    /// The sources file takes no source without an API that needs one.
    private var reachable: API {
        guard let api else { preconditionFailure("source \(name) of kind \(kind) has no API") }
        return api
    }

    private func reader(client: HTTPClient, logger: Logger) -> any WebhookReader {
        switch kind {
        case .salesforceOutbound: SalesforceOutboundReader()
        case .salesforcePlatform: SalesforceStreamReader(type: "salesforce.platform-event.v1")
        case .salesforceChange: SalesforceStreamReader(type: "salesforce.change.v1")
        case .dynamics: DynamicsReader(organisations: organisations)
        case .hubspot:
            HubSpotReader(portals: organisations, deals: HubSpotDeals(api: reachable, client: client, logger: logger))
        case .docusign: DocuSignReader(accounts: organisations)
        case .cpq: CPQReader()
        case .canonical: CanonicalReader()
        }
    }
}
