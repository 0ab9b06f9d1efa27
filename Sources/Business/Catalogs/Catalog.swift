import Crypto
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
        version = SHA256.hash(data: Array(body.utf8)).prefix(6).map(hexadecimal).joined()
        self.tables = sorted
        index = CatalogIndex(sorted)
    }

    /// Reads what ``body`` said.
    public init(body: String) throws {
        try self.init(try JSONDecoder().decode(CatalogTables.self, from: Data(body.utf8)))
    }

    /// Whether both have the same data.
    public static func == (left: Catalog, right: Catalog) -> Bool { left.body == right.body }
}

private func hexadecimal(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 16)
    return digits.utf8.count == 1 ? "0\(digits)" : digits
}
