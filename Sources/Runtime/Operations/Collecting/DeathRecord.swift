import RabbitMQ

/// What the broker notes in `x-death` of a message that it moved to a dead-letter queue itself.
struct DeathRecord: Sendable, Equatable {
    /// The exchange that the message was first published to.
    let exchange: String?
    /// The routing key that it was first published with.
    let routingKey: String?
    /// The queue that gave it up.
    let queue: String
    /// Why: `delivery_limit`, `expired`, `maxlen`, `rejected`.
    let reason: String
    /// How often that happened.
    let count: Int64

    /// Reads the entry that the broker wrote when `queue` gave the message up: it is the first. Nil where that is none of
    /// `queue`, so that somebody else wrote the record.
    init?(_ headers: [String: HeaderValue], givenUpBy queue: String) {
        guard case .array(let entries)? = headers["x-death"], case .table(let last)? = entries.first,
            Self.text(last["queue"]) == queue
        else { return nil }
        self.queue = queue
        exchange = Self.text(last["exchange"])
        if case .array(let keys)? = last["routing-keys"] {
            routingKey = Self.text(keys.first)
        } else {
            routingKey = nil
        }
        reason = Self.text(last["reason"]) ?? "-"
        if case .integer(let count)? = last["count"] { self.count = count } else { count = 1 }
    }

    /// For a person.
    var story: String {
        let why =
            switch reason {
            case "delivery_limit":
                "it was handed out and came back too often, as when it kills its workers (delivery_limit)"
            case "expired": "it stood longer than it may (expired)"
            case "maxlen": "the queue was full (maxlen)"
            case "rejected": "a consumer rejected it (rejected)"
            default: reason
            }
        return "the broker gave it up in \(queue): \(why)" + (count > 1 ? ", \(count) times" : "")
    }

    private static func text(_ value: HeaderValue?) -> String? {
        if case .string(let text)? = value { text } else { nil }
    }
}
