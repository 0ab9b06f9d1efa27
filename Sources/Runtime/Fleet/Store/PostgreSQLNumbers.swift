import PostgreSQL
import Sagas

/// Running numbers kept in the store: one row for each series, one for each number that was drawn.
struct PostgreSQLNumbers: Numbers {
    let database: Database

    private static let draw = Statement("draw_number", "SELECT draw_number($1, $2)")

    func draw(from series: String, for key: String) async throws -> Int64 {
        try await database.query(Self.draw, series, key)[0].value(0, as: Int64.self)
    }
}
