/// A queue in which messages stand that nobody handles any more.
public struct DeadLetterQueue: Sendable, Hashable {
    /// Its name on the broker.
    public let name: String
    /// The work queue under which its incidents are filed.
    public let workQueue: String
    /// Whether what publishers send arrives here as they wrote it, because no queue takes it.
    let isUnrouted: Bool

    /// The dead-letter queue beside a work queue.
    public static func beside(_ workQueue: String) -> DeadLetterQueue {
        DeadLetterQueue(name: workQueue + ".dead", workQueue: workQueue, isUnrouted: false)
    }

    /// What no binding of `deals` takes; it would have been an event.
    public static let unrouted = DeadLetterQueue(name: "deals.unrouted", workQueue: "deal-events", isUnrouted: true)

    /// Those beside `workQueues`, and the one of what is not routed.
    public static func all(beside workQueues: [String]) -> [DeadLetterQueue] { workQueues.map(beside) + [unrouted] }
}
