import Deals

/// Reads what one kind of source sends: which events it carries, and how it is answered.
protocol WebhookReader: Sendable {
    /// The content types that it takes.
    var mediaTypes: [String] { get }
    /// The type of the events for entries that cannot be read; nil where a webhook is one event or none.
    var unreadType: String? { get }
    /// The events of a webhook that is the source's. Throws ``Problem`` for one that cannot be read as a whole.
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
    /// What could not be read beside the rest: it goes to `deal-events` too, and becomes an incident there.
    var unread: [Unread] = []

    struct Unread: Sendable, Equatable {
        let reason: String
        let event: SourceEvent
    }

    /// Notes an entry that cannot be read: the others are not to wait for it.
    mutating func add(unread entry: JSON, because reason: String, type: String, at time: Timestamp) {
        unread.append(
            Unread(reason: reason, event: .unread(entry, because: reason, type: type, at: time)))
    }
}

extension WebhookReader {
    var mediaTypes: [String] { ["application/json"] }
    var unreadType: String? { nil }

    func acknowledgement(of reading: Reading) -> Answer {
        Answer(
            .accepted,
            json: [
                "accepted": .array(reading.events.map { .string($0.id) }),
                "ignored": .array(reading.ignored.map { .string($0) }),
                "unread": .array(reading.unread.map { .string("\($0.event.id): \($0.reason)") }),
            ])
    }
}
