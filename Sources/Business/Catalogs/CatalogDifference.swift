import Foundation

/// What tells one catalog from another, row by row.
public struct CatalogDifference: Sendable, Codable, Equatable {
    /// The rows that differ, by table and row.
    public let rows: [Row]

    /// A row that differs.
    public struct Row: Sendable, Codable, Equatable {
        /// Its table.
        public let table: CatalogTable
        /// Its id there.
        public let row: String
        /// It as canonical JSON before; nil for one that is new.
        public let before: String?
        /// It as canonical JSON after; nil for one that is gone.
        public let after: String?
        /// The fields that differ, in alphabetical order.
        public let fields: [Field]
    }

    /// A field that differs.
    public struct Field: Sendable, Codable, Equatable {
        /// Its name.
        public let name: String
        /// Its JSON before; nil where there was none.
        public let before: String?
        /// Its JSON after; nil where there is none.
        public let after: String?
    }

    /// Compares; without `before` every row is new.
    public init(from before: CatalogTables?, to after: CatalogTables) throws {
        rows = try CatalogTable.allCases.flatMap { table in
            let old = try Self.rows(of: table, in: before ?? CatalogTables())
            let new = try Self.rows(of: table, in: after)
            return try Set(old.keys).union(new.keys).sorted().compactMap { id -> Row? in
                guard old[id] != new[id] else { return nil }
                return Row(
                    table: table, row: id, before: old[id], after: new[id],
                    fields: try Self.fields(from: old[id], to: new[id]))
            }
        }
    }

    private static func rows(of table: CatalogTable, in tables: CatalogTables) throws -> [String: String] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Dictionary(
            try tables.rows(of: table).map { row in
                (row.id, String(decoding: try encoder.encode(row), as: UTF8.self))
            }, uniquingKeysWith: { first, second in "\(first) \(second)" })
    }

    private static func fields(from before: String?, to after: String?) throws -> [Field] {
        let (old, new) = (try fields(of: before), try fields(of: after))
        return Set(old.keys).union(new.keys).sorted().compactMap { name -> Field? in
            old[name] == new[name] ? nil : Field(name: name, before: old[name], after: new[name])
        }
    }

    private static func fields(of row: String?) throws -> [String: String] {
        guard let row, let fields = try JSONSerialization.jsonObject(with: Data(row.utf8)) as? [String: Any] else {
            return [:]
        }
        return try fields.mapValues { value in
            let options: JSONSerialization.WritingOptions = [.sortedKeys, .fragmentsAllowed, .withoutEscapingSlashes]
            return String(decoding: try JSONSerialization.data(withJSONObject: value, options: options), as: UTF8.self)
        }
    }
}
