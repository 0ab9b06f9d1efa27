import Deals

/// Reads what a relay of Salesforce's event bus posts: a platform event or a change event, or an array of them.
struct SalesforceStreamReader: WebhookReader {
    let type: String
    /// The most events that one request may carry, as many as the bus hands out at once.
    static let mostEvents = 100

    func read(_ webhook: Webhook) async throws -> Reading {
        let body = try webhook.json()
        let events = body.items ?? [body]
        guard events.count <= Self.mostEvents else {
            throw Problem(.tooLarge, "\(events.count) events; \(Self.mostEvents) are allowed at once")
        }
        return Reading(
            events: events.map { event in
                SourceEvent(id: Self.id(of: event), type: type, time: webhook.received, content: .data(event))
            })
    }

    /// What Salesforce calls the event: a change's place in its transaction, or else the event's own id. A relay that
    /// leaves both out is taken by content.
    static func id(of event: JSON) -> String {
        let payload = event["payload"] ?? event
        if let header = payload["ChangeEventHeader"], let transaction = header["transactionKey"]?.string {
            let record = header["recordIds"]?.items?.first?.string ?? ""
            return SourceEvent.id(of: [transaction, header["sequenceNumber"]?.identifier ?? "", record])
        }
        let own =
            event["event"]?["EventUuid"] ?? payload["EventUuid"] ?? event["event"]?["replayId"] ?? event["replayId"]
        return own?.identifier.map { SourceEvent.id(of: [$0]) } ?? SourceEvent.hash(of: event.canonicalBytes)
    }
}
