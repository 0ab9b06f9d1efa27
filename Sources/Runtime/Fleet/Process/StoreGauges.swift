import PostgreSQL
import Workers

/// What the store says about the work that is open, for whoever watches the fleet.
public struct StoreGauges: Sendable {
    /// How many handoffs stand in one state under one queue.
    public struct Open: Sendable, Equatable {
        /// The stored state.
        public let state: String
        /// Whose workers have it.
        public let queue: String
        /// How many.
        public let count: Int
        /// For how many seconds the longest overdue of them has been due; 0 when none is.
        public let oldestDueSeconds: Double
    }

    /// How many incidents of one class are open.
    public struct Incidents: Sendable, Equatable {
        /// The team that decides.
        public let owner: String
        /// The class.
        public let incidentClass: String
        /// How many.
        public let count: Int
    }

    /// For how long a target is still left alone.
    public struct Target: Sendable, Equatable {
        /// The target's name.
        public let name: String
        /// In seconds; 0 when it may be called.
        public let shutSeconds: Double
    }

    private let database: Database

    /// Reads through `database`.
    public init(database: Database) {
        self.database = database
    }

    private static let open = Statement(
        "gauge_open",
        """
        SELECT state, queue, count(*), greatest(0, coalesce(extract(epoch FROM max(clock(now()) - due_at)), 0))::float8
        FROM handoffs WHERE open GROUP BY state, queue
        """)
    private static let incidents = Statement(
        "gauge_incidents", "SELECT owner, class, count(*) FROM incidents WHERE state <> 'closed' GROUP BY owner, class")

    private static let targets = Statement(
        "gauge_targets",
        """
        SELECT name, greatest(0, coalesce(extract(epoch FROM
            greatest(open_until, probe_until, throttled_until) - clock(now())), 0))::float8 FROM targets
        """)

    /// Counts what is open, and says which targets are left alone.
    public func read() async throws -> (open: [Open], incidents: [Incidents], targets: [Target]) {
        let rows = try await database.pipeline([
            Command(Self.open), Command(Self.incidents), Command(Self.targets),
        ])
        let open = try rows[0].map { row in
            Open(
                state: try row.value(0, as: String.self), queue: try row.value(1, as: String.self),
                count: Int(try row.value(2, as: Int64.self)), oldestDueSeconds: try row.value(3, as: Double.self))
        }
        let incidents = try rows[1].map { row in
            Incidents(
                owner: try row.value(0, as: String.self), incidentClass: try row.value(1, as: String.self),
                count: Int(try row.value(2, as: Int64.self)))
        }
        let targets = try rows[2].map { row in
            Target(name: try row.value(0, as: String.self), shutSeconds: try row.value(1, as: Double.self))
        }
        return (open, incidents, targets)
    }
}
