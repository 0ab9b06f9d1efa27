import PostgreSQL

/// The statements over stored catalogs. Who proposed and approved is who PostgreSQL's `acting_person()` says.
enum CatalogStatements {
    static let activeVersion = Statement("active_catalog", "SELECT version FROM catalogs WHERE state = 'active'")

    static let body = Statement("catalog_body", "SELECT body FROM catalogs WHERE version = $1")

    private static let line = """
        SELECT c.version, c.state, c.note, c.base, c.proposed_by, c.proposed_at, c.approved_by, c.approved_at,
            (SELECT count(*) FROM catalog_changes d WHERE d.version = c.version) AS changes
        FROM catalogs c
        """

    static let all = Statement("catalogs", "\(line) ORDER BY c.proposed_at DESC, c.version")

    static let withPrefix = Statement("catalogs_with_prefix", "\(line) WHERE starts_with(c.version, $1)")

    /// The proposed version and the one in force, both locked, so that two approvals take turns.
    static let lock = Statement(
        "lock_catalogs",
        """
        SELECT version, state, base, proposed_by, acting_person() AS actor FROM catalogs
        WHERE version = $1 OR state = 'active' ORDER BY version FOR UPDATE
        """)

    static let propose = Statement(
        "propose_catalog",
        """
        INSERT INTO catalogs (version, body, note) VALUES ($1, $2, $3)
        ON CONFLICT (version) DO UPDATE SET state = 'proposed', note = excluded.note
            WHERE catalogs.state IN ('superseded', 'rejected')
        RETURNING version
        """)

    static let move = Statement("move_catalog", "UPDATE catalogs SET state = $2 WHERE version = $1")

    static let change = Statement(
        "change_catalog_row",
        """
        INSERT INTO catalog_changes (version, table_name, row_key, before, after)
        SELECT $1, * FROM unnest($2::text[], $3::text[], $4::text[], $5::text[])
        """)

    static let changes = Statement(
        "catalog_changes",
        """
        SELECT c.version, c.table_name, c.row_key, c.before, c.after, c.actor, c.at FROM catalog_changes c
        WHERE ($1::text IS NULL OR c.version = $1) AND ($2::text IS NULL OR c.table_name = $2)
            AND ($3::text IS NULL OR c.row_key = $3) ORDER BY c.id
        """)

    static let record = Statement("record_catalog_act", "SELECT record_catalog_act($1, $2, $3)")
}
