import ArgumentParser
import Catalogs
import Foundation
import Operations
import OperatorConsole

struct ShowCatalog: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Lists the versions, or shows one, or the history of a row.",
        discussion: "A version is shown with what it changed; with --body, as JSON, whole.")

    @Argument(help: "The version, or its beginning; all, if not given.")
    var version: String?

    @Option(help: "Only changes of this table, such as services.")
    var table: String?

    @Option(help: "Only changes of this row, such as IMPL-CORE@2026-01-01.")
    var row: String?

    @Flag(help: "Print the version's whole content.")
    var body = false

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var database: DatabaseOptions

    func validate() throws {
        guard !body || version != nil else { throw ValidationError("--body needs a version") }
        guard table.map({ CatalogTable(rawValue: $0) != nil }) ?? true else {
            let names = CatalogTable.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("there is no table \(table ?? ""); there are \(names)")
        }
    }

    func run() async throws {
        let (version, table, row, body) = (version, table, row, body)
        let found = try await refusable {
            try await database.with { database in
                let acts = CatalogActs(database: database)
                guard version != nil || table != nil || row != nil else {
                    return Found(versions: try await acts.all(), changes: nil, body: nil)
                }
                let line: CatalogLine? = if let version { try await acts.find(version) } else { nil }
                let text: String? = if body, let line { try await acts.body(of: line.version) } else { nil }
                let changes = try await acts.history(version: line?.version, table: table, row: row)
                return Found(versions: [line].compactMap(\.self), changes: changes, body: text)
            }
        }
        if let text = found.body { return say(text) }
        if json { return try printJSON(found) }
        say(found.text)
    }

    struct Found: Codable, Sendable {
        let versions: [CatalogLine]
        let changes: [CatalogHistory]?
        let body: String?

        var text: String {
            let lines = versions.map { line in
                [
                    line.version, line.state, line.proposedBy, line.proposedAt.formatted(.iso8601),
                    line.approvedBy ?? "-", line.approvedAt?.formatted(.iso8601) ?? "-", "\(line.changes)", line.note,
                ]
            }
            let head = ["VERSION", "STATE", "PROPOSED BY", "AT", "APPROVED BY", "AT", "ROWS", "NOTE"]
            let changed = (changes ?? []).map { history in
                """
                \(history.at.formatted(.iso8601)) \(history.actor) \(history.version) \(history.change.table) \
                \(history.change.row)
                  before \(history.change.before ?? "-")
                  after  \(history.change.after ?? "-")
                """
            }
            if changes == nil, versions.isEmpty { return "no catalog was proposed yet" }
            return (versions.isEmpty ? changed : [OperatorConsole.table([head] + lines)] + changed)
                .joined(separator: "\n")
        }
    }
}

extension CatalogActs {
    /// What `catalog` changes against a stored version; against nothing, every row is new.
    func difference(from version: String?, to catalog: Catalog) async throws -> CatalogDifference {
        let body: String? = if let version { try await self.body(of: version) } else { nil }
        return try CatalogDifference(from: try body.map { try Catalog(body: $0).tables }, to: catalog.tables)
    }
}

extension CatalogDifference {
    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(rows), as: UTF8.self)
    }

    var text: String {
        guard !rows.isEmpty else { return "no row differs" }
        return rows.map { row in
            let what = row.before == nil ? "is new" : row.after == nil ? "is gone" : "changes"
            let fields = row.before == nil || row.after == nil ? [] : row.fields
            let lines = fields.map { "\n    \($0.name): \($0.before ?? "nothing") -> \($0.after ?? "nothing")" }
            return "\(row.table.rawValue) \(row.row) \(what)\(lines.joined())"
        }.joined(separator: "\n")
    }
}
