import Deals

/// Reads what DocuSign Connect posts for an envelope.
struct DocuSignReader: WebhookReader {
    let accounts: Set<String>

    func read(_ webhook: Webhook) async throws -> Reading {
        let body = try webhook.json()
        guard let event = body["event"]?.string, let data = body["data"],
            let envelope = data["envelopeId"]?.string
        else { throw Problem(.unreadable, "the body is no Connect message: it has no event and data.envelopeId") }
        guard accounts.isEmpty || data["accountId"]?.string.map(accounts.contains) == true else {
            throw Problem(.notPermitted, "the account is none of this source's `organisations`")
        }
        return Reading(events: [
            SourceEvent(
                id: SourceEvent.id(of: [envelope, event]), type: "docusign.envelope.v1",
                time: body["generatedDateTime"]?.string.flatMap(Timestamp.init) ?? webhook.received,
                content: .data(body))
        ])
    }
}
