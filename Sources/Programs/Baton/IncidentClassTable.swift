import PostgreSQL
import Topology

/// The table in which the tools that show incidents find what each class means.
struct IncidentClassTable {
    let database: Database

    private static let empty = Statement(unprepared: "DELETE FROM incident_classes")
    private static let fill = Statement(
        unprepared: """
            INSERT INTO incident_classes (class, owner, what, who, fix_where, next, retry)
            SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])
            """)

    /// Makes the table say what `file` says, in one transaction.
    func replace(with file: IncidentsFile) async throws {
        let classes = file.classes
        _ = try await database.pipeline([
            Command(Self.empty),
            Command(
                Self.fill, classes.map(\.incidentClass.rawValue), classes.map(\.incidentClass.owner.rawValue),
                classes.map(\.what), classes.map(\.who), classes.map(\.whereToFix), classes.map(\.next),
                classes.map(\.retry.rawValue)),
        ])
    }
}
