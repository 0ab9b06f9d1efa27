import PostgreSQL
import RabbitMQ

/// What a worker process needs to know to run.
public struct FleetSettings: Sendable {
    /// The broker.
    public var broker: BrokerSettings
    /// The database, as the worker's own role.
    public var database: DatabaseSettings
    /// How many connections to the database one process holds.
    public var poolSize = 4
    /// How many deliveries the process has in work at once; nil for the queue's own number.
    public var prefetch: UInt16?
    /// How many bytes of messages the process has in work at once, one message more at the most.
    public var prefetchBytes = 32 << 20
    /// How many handoffs the process works on at once, and half as many statuses; what is delivered beyond that waits.
    public var inFlight = 64
    /// The times that move handoffs.
    public var limits = TimeLimits()
    /// For how long what is in work may go on after a request to stop.
    public var drainTime: Duration = .seconds(15)
    /// For how long what is left may take to end once it is cancelled.
    public var cancelTime: Duration = .seconds(5)
    /// For how long a delivery is kept while the store is away; the broker's own limit is 30 minutes.
    public var longestKeep: Duration = .seconds(20 * 60)
    /// After how long a delivery that is kept makes the process count as not ready.
    public var keepPatience: Duration = .seconds(60)
    /// How many publications may wait for the broker's confirmation.
    public var publishWindow = 500
    /// Where the process kills itself, for tests; nil in production.
    public var crashAt: String?

    /// Describes a process between `broker` and `database`.
    public init(broker: BrokerSettings, database: DatabaseSettings) {
        self.broker = broker
        self.database = database
        // Everything a worker reads has a key: a plan that reads a whole table was made while it was small.
        self.database.sessionSettings["enable_seqscan"] = "off"
        self.database.sessionSettings["enable_hashjoin"] = "off"
        self.database.sessionSettings["enable_mergejoin"] = "off"
        // The line is read in the order of its index, of which only the next few are wanted. Sorting stays: without it a
        // whole index is read where a few rows are wanted in its order.
        self.database.sessionSettings["enable_bitmapscan"] = "off"
    }
}
