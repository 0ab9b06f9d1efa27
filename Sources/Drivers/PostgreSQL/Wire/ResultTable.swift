import CPostgreSQL

/// What one command gave back: rows and the command tag.
///
/// `@unchecked Sendable`: a PGresult is never changed after `PQgetResult` returned it, libpq allows reading it from
/// any thread, and only this object's `deinit` frees it.
final class ResultTable: @unchecked Sendable {
    private let raw: OpaquePointer
    private let columnCount: Int32

    /// Takes ownership of `raw`.
    init(_ raw: OpaquePointer) {
        self.raw = raw
        columnCount = PQnfields(raw)
    }

    deinit { PQclear(raw) }

    var rowCount: Int { Int(PQntuples(raw)) }

    /// The word that says what the server did: `INSERT`, `COMMIT`, `ROLLBACK`.
    var tag: String { String(cString: PQcmdStatus(raw)) }

    /// How many rows the command touched.
    var affectedCount: Int { Int(String(cString: PQcmdTuples(raw))) ?? 0 }

    var rows: [Row] { (0..<Int32(rowCount)).map { Row(table: self, index: $0) } }

    func column(named name: String) -> Int? {
        (0..<columnCount).first { PQfname(raw, $0).map { String(cString: $0) } == name }.map(Int.init)
    }

    func name(of column: Int) -> String {
        PQfname(raw, Int32(column)).map { String(cString: $0) } ?? "\(column)"
    }

    func isColumn(_ index: Int) -> Bool { index >= 0 && index < Int(columnCount) }

    /// Calls `body` with a cell that points into the result.
    func decode<Value: SQLDecodable>(row: Int32, column: Int, as type: Value.Type) throws(SQLMismatch) -> Value {
        let column = Int32(column)
        let bytes: UnsafeRawBufferPointer? =
            PQgetisnull(raw, row, column) == 1
            ? nil
            : UnsafeRawBufferPointer(
                start: PQgetvalue(raw, row, column), count: Int(PQgetlength(raw, row, column)))
        return try Value.decode(SQLCell(type: SQLType(PQftype(raw, column)), bytes: bytes))
    }
}
