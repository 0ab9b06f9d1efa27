/// A work queue, its limits and its dead-letter queue; `Queues/<name>/queue.yml` documents each and is kept equal.
public struct Queue: Sendable, Hashable, CustomStringConvertible {
    /// The name on the broker, which is stored in rows too: never renamed.
    public let name: String
    /// How many unacknowledged deliveries one worker holds.
    public let prefetch: UInt16
    /// When work that failed for now is tried again, and how often.
    public let backoff: Backoff

    /// Names a queue and its limits.
    public init(name: String, prefetch: UInt16, backoff: Backoff) {
        self.name = name
        self.prefetch = prefetch
        self.backoff = backoff
    }

    /// Where what this queue's workers refuse is copied to.
    public var deadLetters: String { name + ".dead" }
    /// The queue's name.
    public var description: String { name }
}
