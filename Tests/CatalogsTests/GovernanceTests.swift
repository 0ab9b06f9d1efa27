import Catalogs
import Foundation
import Testing

@Suite struct GovernanceTests {
    @Test("B13 no row of any table is without its owner and its first day", arguments: CatalogTable.allCases)
    func everyRow(table: CatalogTable) throws {
        for key in ["owner", "validFrom"] {
            try Folders.with(nil) { folder in
                let file = URL(filePath: "\(folder)/\(table.file)")
                let text = try rows(of: table, in: file)
                let place = try #require(text.firstRange(of: try Regex("  \(key): .*\n")))
                try text.replacingCharacters(in: place, with: "").write(to: file, atomically: true, encoding: .utf8)
                let faults = try faults(of: folder)
                #expect(faults.map(\.line) == [1])
                #expect(faults.allSatisfy { $0.file == file.path() && $0.sentence.hasSuffix(" lacks `\(key)`") })
                #expect(try schemaErrors(of: file, as: table) == ["$[0] '\(key)' is a required property"])
            }
        }
    }

    @Test(
        "K10 a registry that lacks one of the ten domains, or ends for it, is refused",
        arguments: RecordOwner.Domain.allCases)
    func domains(domain: RecordOwner.Domain) throws {
        try Folders.with(nil) { folder in
            let file = URL(filePath: "\(folder)/record-owners.yml")
            let text = try Folders.text(of: file)
            let rows = text.components(separatedBy: "\n\n")
            let place = try #require(rows.firstIndex { $0.hasPrefix("- domain: \(domain.rawValue)\n") })
            let others = rows.indices.filter { $0 != place }.map { rows[$0].trimmingCharacters(in: .newlines) }
            func write(_ rows: [String]) throws {
                try "\(rows.joined(separator: "\n\n"))\n".write(to: file, atomically: true, encoding: .utf8)
            }
            try write(others)
            #expect(
                try faults(of: folder).map(\.sentence)
                    == ["no row says which system owns `\(domain.rawValue)` as a whole (field: \"*\")"])
            let ending = "\(rows[place].trimmingCharacters(in: .newlines))\n  validTo: 2026-12-31"
            try write([ending] + others)
            let ends = try faults(of: folder)
            #expect(ends.map(\.sentence) == ["no row says which system owns `\(domain.rawValue)` after 2026-12-31"])
            #expect(ends.map(\.line) == [6])
            try write([ending, rows[place].replacing("2026-01-01", with: "2027-01-01")] + others)
            #expect(try faults(of: folder).isEmpty)
        }
    }

    /// The small catalog has no file of a table that may be absent: its rows are those that are shipped, below their comment.
    private func rows(of table: CatalogTable, in file: URL) throws -> String {
        if FileManager.default.fileExists(atPath: file.path()) { return try Folders.text(of: file) }
        let shipped = try Folders.text(of: URL(filePath: "\(Folders.shipped)/\(table.file)"))
        let lines = shipped.split(separator: "\n", omittingEmptySubsequences: false)
        return lines.drop { $0.hasPrefix("#") || $0.isEmpty }.joined(separator: "\n")
    }

    private func faults(of folder: String) throws -> [CatalogFault] {
        do {
            _ = try CatalogFolder(at: folder)
            return []
        } catch let faults as CatalogFaults {
            return faults.faults
        }
    }
}
