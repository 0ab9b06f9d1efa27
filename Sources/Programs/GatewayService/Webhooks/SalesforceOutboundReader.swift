import Deals
import Mappings

/// Reads Salesforce's outbound messages: SOAP with up to 100 notifications, and one answer only that it believes.
struct SalesforceOutboundReader: WebhookReader {
    /// The organizations that may send. Salesforce does not sign: an organization's id is no secret and proves nothing
    /// without the secret in the address.
    let organizations: Set<SalesforceID>
    /// How much one message may hold.
    let limits: XMLLimits

    var mediaTypes: [String] { ["text/xml"] }
    var unreadType: String? { Self.unreadType }
    private static let unreadType = "salesforce.unread.v1"

    func read(_ webhook: Webhook) async throws -> Reading {
        let message: OutboundMessage
        do {
            message = try OutboundMessage(xml: webhook.request.body, within: limits, while: webhook.mayCompute)
        } catch {
            try webhook.checkTime()
            throw Problem(.unreadable, "the body \(error.text)")
        }
        guard organizations.contains(message.organization) else {
            throw Problem(.notPermitted, "the organization is none of this source's `organisations`")
        }
        var reading = Reading(
            events: message.notifications.map { notification in
                SourceEvent(
                    // A notification that is sent again has its old id and the record as it is by then.
                    id: SourceEvent.id(of: [notification.id, notification.record ?? ""], content: notification.data),
                    type: "salesforce.outbound-message.v1", time: webhook.received, content: .data(notification.data))
            })
        for unread in message.unread {
            reading.add(
                unread: unread.entry, because: unread.reason, type: Self.unreadType, at: webhook.received)
        }
        return reading
    }

    func acknowledgement(of reading: Reading) -> Answer {
        Answer(.ok, "text/xml", bytes: Array(OutboundMessage.acknowledgement.utf8))
    }
}
