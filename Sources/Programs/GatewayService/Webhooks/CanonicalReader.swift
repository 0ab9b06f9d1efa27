import Deals

/// Reads the event that a publisher of its own making posts instead of speaking AMQP: a CloudEvent of the contract.
struct CanonicalReader: WebhookReader {
    var mediaTypes: [String] { ["application/cloudevents+json", "application/json"] }

    func read(_ webhook: Webhook) async throws -> Reading {
        let event = try webhook.json()
        guard event["specversion"]?.string == "1.0", let id = event["id"]?.string, let type = event["type"]?.string,
            Self.isType(type), event["data"] != nil
        else { throw Problem(.unreadable, "the body is no CloudEvent 1.0 with id, type and data") }
        guard SourceEvent.isID(id) else {
            throw Problem(.unreadable, "the id is not 1 to \(SourceEvent.longestID) printable ASCII characters")
        }
        return Reading(events: [
            SourceEvent(
                id: id, type: type, time: event["time"]?.string.flatMap(Timestamp.init) ?? webhook.received,
                content: .event(event))
        ])
    }

    /// Words of small letters, digits and hyphens with dots between: anything else has no place in a routing key.
    private static func isType(_ type: String) -> Bool {
        type.utf8.count <= 128 && type.wholeMatch(of: /[a-z0-9-]+(\.[a-z0-9-]+)+/) != nil
    }
}
