import Deals
import Settings

/// Reads what DocuSign Connect posts for an envelope.
struct DocuSignReader: WebhookReader {
    let accounts: Set<String>
    /// How long ago a message may have been made: nothing else bounds how long one that was seen can be shown again.
    let oldest: Duration

    func read(_ webhook: Webhook) async throws -> Reading {
        let body = try webhook.json()
        guard let event = body["event"]?.string, let data = body["data"],
            let envelope = data["envelopeId"]?.string
        else { throw Problem(.unreadable, "the body is no Connect message: it has no event and data.envelopeId") }
        guard accounts.isEmpty || data["accountId"]?.string.map(accounts.contains) == true else {
            throw Problem(.notPermitted, "the account is none of this source's `organisations`")
        }
        let made = body["generatedDateTime"]?.string.flatMap(Timestamp.init)
        if let made, webhook.receivedAt - made.millisecondsSince1970 > Int64(oldest / .milliseconds(1)) {
            throw Problem(
                .notPermitted, "the message was made over \(oldest.settingText) ago: republish the envelope")
        }
        return Reading(events: [
            SourceEvent(
                id: SourceEvent.id(of: [envelope, event], content: data), type: "docusign.envelope.v1",
                time: made ?? webhook.received, content: .data(body))
        ])
    }
}
