import PostgreSQL

/// The deals that were accepted, as they are stored; for asking what other rules would make of them.
public struct StoredDeals: Sendable {
    private let database: Database

    /// Reads through `database`, whose role needs no more than to read.
    public init(database: Database) {
        self.database = database
    }

    private static let latest = Statement(
        "latest_deals",
        """
        SELECT h.id::text, d.body
        FROM handoffs h JOIN deals d ON d.handoff_id = h.id
        WHERE h.kind <> 'cancel' ORDER BY h.created_at DESC, h.id LIMIT $1
        """)

    /// The newest of them, at most `count`, newest first; no cancellations.
    public func latest(_ count: Int) async throws -> [StoredDeal] {
        try await database.query(Self.latest, Int64(count)).map { row in
            StoredDeal(handoff: try row.value(0, as: String.self), body: try row.value(1, as: String.self))
        }
    }
}

/// A deal that was accepted.
public struct StoredDeal: Sendable, Equatable {
    /// The handoff's id.
    public let handoff: String
    /// The deal's canonical JSON.
    public let body: String
}
