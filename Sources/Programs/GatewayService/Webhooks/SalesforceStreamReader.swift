import Deals

/// Reads what a relay of Salesforce's event bus posts: a platform event or a change event, or an array of them.
struct SalesforceStreamReader: WebhookReader {
    let type: String
    /// The most events that one request may carry, as many as the bus hands out at once.
    static let mostEvents = 100

    var unreadType: String? { Self.unreadType }
    private static let unreadType = "salesforce.unread.v1"

    func read(_ webhook: Webhook) async throws -> Reading {
        let body = try webhook.entries()
        let events = body.items ?? [body]
        guard events.count <= Self.mostEvents else {
            throw Problem(.tooLarge, "\(events.count) events; \(Self.mostEvents) are allowed at once")
        }
        var reading = Reading()
        for event in events {
            if case .object = event, event.isWritable {
                reading.events.append(
                    SourceEvent(id: Self.id(of: event), type: type, time: webhook.received, content: .data(event)))
            } else {
                reading.add(
                    unread: event,
                    because: event.isWritable ? "an entry is no object" : "an entry has a number that is too large",
                    type: Self.unreadType, at: webhook.received)
            }
        }
        return reading
    }

    /// What Salesforce calls the event: a change's place in its transaction with the record that was read for it, or
    /// else the event's own id. One change may be about many records, and each may be read again with newer data.
    static func id(of event: JSON) -> String {
        let payload = event["payload"] ?? event
        let record = event["record"] ?? payload["record"]
        let content: JSON = ["payload": payload, "record": record]
        if let header = payload["ChangeEventHeader"], let transaction = header["transactionKey"]?.string {
            let first = header["recordIds"]?.items?.first?.string ?? header["recordId"]?.string
            let parts = [
                transaction, header["sequenceNumber"]?.identifier ?? "", record?["Id"]?.string ?? first ?? "",
            ]
            return SourceEvent.id(of: parts, content: content)
        }
        let own =
            event["event"]?["EventUuid"] ?? payload["EventUuid"] ?? event["event"]?["replayId"] ?? event["replayId"]
        return own?.identifier.map { SourceEvent.id(of: [$0], content: content) }
            ?? SourceEvent.hash(of: event.canonicalBytes)
    }
}
