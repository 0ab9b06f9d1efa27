import Deals
import FoundationEssentials

/// The company's reference data as one immutable value; equal data has an equal version.
public struct Catalog: Sendable, Equatable {
    /// Twelve hexadecimal digits of the SHA-256 of ``body``.
    public let version: String
    /// The canonical JSON: the same rows give the same text, in whatever order they were written down.
    public let body: String
    /// All rows.
    public let tables: CatalogTables
    let index: CatalogIndex

    /// Makes a catalog of `tables`, which may have any mistake that ``CatalogFolder`` would have reported.
    public init(_ tables: CatalogTables) throws {
        let sorted = tables.sorted
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        body = String(decoding: try encoder.encode(sorted), as: UTF8.self)
        version = String(Array(body.utf8).sha256.prefix(12))
        self.tables = sorted
        index = CatalogIndex(sorted)
    }

    /// Reads what ``body`` said.
    public init(body: String) throws {
        try self.init(try JSONDecoder().decode(CatalogTables.self, from: Data(body.utf8)))
    }

    /// Reads the body of the version that was approved; throws ``Unreadable`` where this software would plan by others of
    /// its rules.
    public init(body: String, approvedAs version: String) throws {
        try self.init(body: body)
        guard self.version == version else { throw Unreadable(version: version) }
    }

    /// A version that this software does not read as it was written.
    public struct Unreadable: Error, Equatable, CustomStringConvertible {
        let version: String
        /// What to do.
        public var description: String {
            "catalog \(version) was written by another version of the software: run the one that it was approved with"
        }
    }

    /// Whether both have the same data.
    public static func == (left: Catalog, right: Catalog) -> Bool { left.body == right.body }
}
