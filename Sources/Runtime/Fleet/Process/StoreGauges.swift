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

    /// Since when the longest trouble lasts that waits for one team.
    public struct Oldest: Sendable, Equatable {
        /// The team that decides.
        public let owner: String
        /// In seconds.
        public let seconds: Double
    }

    /// What the deals of one currency are worth that cannot go on until a person acts.
    public struct HeldUp: Sendable, Equatable {
        /// ISO 4217 code.
        public let currency: String
        /// In minor units.
        public let totalMinor: Int64
    }

    /// Something that people paused.
    public struct Paused: Sendable, Equatable {
        /// `queue` or `target`.
        public let kind: String
        /// Its name.
        public let name: String
    }

    /// All that the store says at one moment.
    public struct Reading: Sendable, Equatable {
        /// The work in hand.
        public let open: [Open]
        /// What waits for people.
        public let incidents: [Incidents]
        /// How long it has waited.
        public let oldest: [Oldest]
        /// What it is worth.
        public let heldUp: [HeldUp]
        /// What is left alone.
        public let targets: [Target]
        /// What people paused.
        public let paused: [Paused]
    }

    private let database: Database

    /// Reads through `database`.
    public init(database: Database) {
        self.database = database
    }

    private static let open = Statement(
        "gauge_open",
        """
        SELECT state, queue, count(*), greatest(0, coalesce(extract(epoch FROM
            max(clock(now()) - due_at) FILTER (WHERE NOT withheld)), 0))::float8
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

    /// How many incidents of each queue have a copy that stands in its dead-letter queue: those messages need nobody.
    public func standingCopies() async throws -> [String: Int] {
        let rows = try await database.query(Self.copies)
        return Dictionary(
            uniqueKeysWithValues: try rows.map {
                (try $0.value(0, as: String.self), Int(try $0.value(1, as: Int64.self)))
            })
    }

    private static let copies = Statement(
        "gauge_copies", "SELECT queue, count(*) FROM incidents WHERE has_copy GROUP BY queue")

    private static let oldest = Statement(
        "gauge_oldest_incidents",
        """
        SELECT owner, greatest(0, extract(epoch FROM clock(now()) - min(since)))::float8 FROM incidents
        WHERE state = 'open' GROUP BY owner
        """)

    /// Each deal once. A handoff's incident holds it up where it parks it, or waits for its base; a refused event its deal.
    private static let heldUp = Statement(
        "gauge_held_up",
        """
        SELECT currency, least(sum(total_minor), 9223372036854775807)::bigint FROM (
            SELECT DISTINCT ON (coalesce(i.handoff_id::text, i.opportunity || '/' || i.contract || '/' || i.version,
                i.case_id::text)) coalesce(d.currency, i.currency) AS currency,
                coalesce(d.total_minor, i.total_minor) AS total_minor
            FROM incidents i LEFT JOIN deals d ON d.handoff_id = i.handoff_id
            WHERE i.state = 'open'
                AND (i.blocking OR i.class IN \(IncidentClass.lackingBases)
                    OR i.handoff_id IS NULL AND i.cause LIKE 'raw/%')) AS deals
        WHERE currency <> 'XXX' AND total_minor IS NOT NULL GROUP BY currency
        """)

    private static let paused = Statement("gauge_paused", "SELECT kind, name FROM pauses")

    /// Counts what is open and what it is worth, and says what is left alone or paused.
    public func read() async throws -> Reading {
        let rows = try await database.pipeline([
            Command(Self.open), Command(Self.incidents), Command(Self.targets), Command(Self.oldest),
            Command(Self.heldUp), Command(Self.paused),
        ])
        return Reading(
            open: try rows[0].map { row in
                Open(
                    state: try row.value(0, as: String.self), queue: try row.value(1, as: String.self),
                    count: Int(try row.value(2, as: Int64.self)), oldestDueSeconds: try row.value(3, as: Double.self))
            },
            incidents: try rows[1].map { row in
                Incidents(
                    owner: try row.value(0, as: String.self), incidentClass: try row.value(1, as: String.self),
                    count: Int(try row.value(2, as: Int64.self)))
            },
            oldest: try rows[3].map { Oldest(owner: try $0.value(0), seconds: try $0.value(1)) },
            heldUp: try rows[4].map { HeldUp(currency: try $0.value(0), totalMinor: try $0.value(1)) },
            targets: try rows[2].map { Target(name: try $0.value(0), shutSeconds: try $0.value(1)) },
            paused: try rows[5].map { Paused(kind: try $0.value(0), name: try $0.value(1)) })
    }
}
