import PostgreSQL

/// What later versions of a contract build upon, as it is stored; for saying what such a version would do.
public struct StoredBases: Sendable {
    private let database: Database

    /// Reads through `database`, whose role needs no more than to read.
    public init(database: Database) {
        self.database = database
    }

    /// By the rules of the worker: the latest version before that ended well and of which nothing was taken back; for a
    /// change order the version that it names, if none after it has ended.
    private static let base = Statement(
        "stored_base",
        """
        SELECT b.version, p.body, s.name, s.receipt::text
        FROM (SELECT e.id, e.version FROM handoffs e
            WHERE e.opportunity = $1 AND e.contract = $2 AND e.version < $3 AND e.kind <> 'cancel'
                AND e.state = 'finished'
                AND ($4::int IS NULL OR e.version = $4 AND NOT EXISTS (
                    SELECT FROM handoffs n WHERE n.opportunity = $1 AND n.contract = $2
                        AND n.version BETWEEN $4 + 1 AND $3 - 1 AND n.state = 'finished' AND n.kind <> 'cancel'))
                AND NOT EXISTS (SELECT FROM steps u WHERE u.handoff_id = e.id
                    AND u.state IN ('undoing', 'undone', 'kept'))
            ORDER BY e.version DESC LIMIT 1) AS b
        JOIN plans p ON p.handoff_id = b.id JOIN steps s ON s.handoff_id = b.id
        ORDER BY s.ordinal
        """)

    /// What `version` of a contract builds upon; nil where it stands alone.
    public func base(
        opportunity: String, contract: String, version: Int, changing baseVersion: Int?
    ) async throws -> StoredBase? {
        let rows = try await database.query(
            Self.base, opportunity, contract, Int32(clamping: version), baseVersion.map { Int32(clamping: $0) })
        guard let first = rows.first else { return nil }
        var receipts: [String: String] = [:]
        for row in rows { receipts[try row.value(2, as: String.self)] = try row.value(3, as: String?.self) }
        return StoredBase(
            version: Int(try first.value(0, as: Int32.self)), plan: try first.value(1, as: String.self),
            receipts: receipts)
    }
}

/// A version that ended well.
public struct StoredBase: Sendable, Equatable {
    /// The version of the contract.
    public let version: Int
    /// What it was to do, as stored JSON.
    public let plan: String
    /// What its steps left behind, by label, as stored JSON.
    public let receipts: [String: String]
}
