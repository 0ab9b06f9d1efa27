/// Takes outbound messages of known organizations.
///
/// Salesforce does not sign them, and an organization's id is no secret: put a client certificate, an address list or a
/// relay with a ``SharedSecretVerification`` before it.
public struct OutboundMessageVerification: WebhookVerification {
    private let organizations: Set<SalesforceID>
    private let relay: SharedSecretVerification?

    /// Takes messages of `organizations`, and where a relay stands before us only those that carry its secret.
    public init(organizations: Set<SalesforceID>, relay: SharedSecretVerification? = nil) {
        self.organizations = organizations
        self.relay = relay
    }

    /// Returns when the message is one of a known organization; the time plays no part.
    public func verify(_ request: WebhookRequest, now: Duration) throws(WebhookRefusal) {
        try relay?.verify(request, now: now)
        let message: OutboundMessage
        do {
            message = try OutboundMessage(xml: request.body)
        } catch {
            throw .unreadableBody
        }
        guard organizations.contains(message.organization) else { throw .unknownOrganization }
    }
}
