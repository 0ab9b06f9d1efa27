/// What `Queues/<name>/queue.yml` says about a queue.
public struct QueueDocument: Sendable, Equatable {
    /// The queue's name on the broker.
    public var name: String
    /// What the queue is for, in a sentence.
    public var purpose: String
    /// The team that owns the queue.
    public var owner: String
    /// After how many returns the broker dead-letters a message: a backstop, not a count of attempts.
    public var deliveryLimit: Int
    /// How many unacknowledged deliveries one worker holds.
    public var prefetch: Int
    /// Where its messages come from.
    public var bindings: [TopologyDescription.Binding]
    /// The queue that holds copies of what waits for a person.
    public var deadLetterQueue: String
    /// Where the messages of the dead-letter queue come from.
    public var deadLetterBindings: [TopologyDescription.Binding]
    /// The names of the incident classes that can land in the dead-letter queue.
    public var incidentClasses: [String]
    /// When work that failed for now is tried again.
    public var backoff: BackoffTable
    /// The broker account of the worker that consumes the queue.
    public var account: String
    /// The exchanges that this worker publishes to.
    public var writes: [String]
    /// What the queue carries.
    public var messages: [MessageDocument]

    /// The queue and its dead-letter queue as the broker has to hold them.
    var declarations: [TopologyDescription.Queue] {
        [
            .init(
                name: name,
                arguments: [
                    "x-queue-type": .string("quorum"),
                    "x-delivery-limit": .integer(deliveryLimit),
                    "x-dead-letter-exchange": .string(TopologyDescription.deadLetterExchange),
                    "x-dead-letter-routing-key": .string(name),
                ]),
            .init(name: deadLetterQueue, arguments: TopologyDescription.deadLetterArguments),
        ]
    }
}

/// A back-off as a table: its rule, and every wait written out.
public struct BackoffTable: Sendable, Equatable {
    /// The longest wait after the first failure.
    public var base: Duration
    /// The longest wait after any failure.
    public var cap: Duration
    /// How many attempts may fail before a person is asked.
    public var attempts: Int
    /// The waits after failure 1, 2 and so on.
    public var waits: [Wait]

    /// Between which two durations the wait after one failure is drawn.
    public struct Wait: Sendable, Equatable {
        /// The shortest wait.
        public var least: Duration
        /// The longest wait.
        public var most: Duration
    }
}

/// What `queue.yml` says about one message of a queue.
public struct MessageDocument: Sendable, Equatable {
    /// What people call it.
    public var name: String
    /// The AMQP type property that marks it, where it has one.
    public var type: String?
    /// Its JSON Schema, relative to the queue's folder.
    public var schema: String
    /// The folder of its examples, relative to the queue's folder.
    public var examples: String
}
