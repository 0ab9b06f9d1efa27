import Deals

/// Reads what one kind of source sends: which events it carries, and how it is answered.
protocol WebhookReader: Sendable {
    /// The content types that it takes.
    var mediaTypes: [String] { get }
    /// The events of a webhook that is the source's. Throws ``Problem`` for one that cannot be read.
    func read(_ webhook: Webhook) async throws -> Reading
    /// What the source has to hear once its events are safe.
    func acknowledgement(of reading: Reading) -> Answer
}

/// What a webhook says.
struct Reading: Sendable, Equatable {
    /// What goes to `deal-events`.
    var events: [SourceEvent] = []
    /// What concerns no deal, one reason each.
    var ignored: [String] = []
}

extension WebhookReader {
    var mediaTypes: [String] { ["application/json"] }

    func acknowledgement(of reading: Reading) -> Answer {
        Answer(
            .accepted,
            json: [
                "accepted": .array(reading.events.map { .string($0.id) }),
                "ignored": .array(reading.ignored.map { .string($0) }),
            ])
    }
}
