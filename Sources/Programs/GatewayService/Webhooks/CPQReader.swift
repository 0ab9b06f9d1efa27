import Deals

/// Reads what a CPQ posts about a quote: the record as it is now.
struct CPQReader: WebhookReader {
    func read(_ webhook: Webhook) async throws -> Reading {
        let quote = try webhook.json()
        guard case .object = quote else { throw Problem(.unreadable, "the body is no object") }
        // A quote has an id and no event: the same content is the same event.
        return Reading(events: [
            SourceEvent(
                id: SourceEvent.hash(of: quote.canonicalBytes), type: "cpq.quote.v1", time: webhook.received,
                content: .data(quote))
        ])
    }
}
