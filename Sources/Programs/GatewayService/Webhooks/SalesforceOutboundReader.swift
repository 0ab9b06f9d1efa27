import Deals
import Mappings

/// Reads Salesforce's outbound messages: SOAP with up to 100 notifications, and one answer only that it believes.
struct SalesforceOutboundReader: WebhookReader {
    var mediaTypes: [String] { ["text/xml"] }

    func read(_ webhook: Webhook) async throws -> Reading {
        let message: OutboundMessage
        do {
            message = try OutboundMessage(xml: webhook.request.body)
        } catch {
            throw Problem(.unreadable, "the body \(error.text)")
        }
        return Reading(
            events: message.notifications.map { notification in
                SourceEvent(
                    id: SourceEvent.id(of: [notification.id]), type: "salesforce.outbound-message.v1",
                    time: webhook.received, content: .data(notification.data))
            })
    }

    func acknowledgement(of reading: Reading) -> Answer {
        Answer(.ok, "text/xml", bytes: Array(OutboundMessage.acknowledgement.utf8))
    }
}
