import Foundation

extension TopologyPlan {
    /// The plan as a table for people: one line for each thing to do or to know.
    public var table: String {
        var rows = missing.map { [$0.kind.rawValue, $0.name, "missing", "will be created"] }
        rows += differing.map { difference in
            [
                difference.item.kind.rawValue, difference.item.name, "differs",
                difference.sentence + Self.consequence(of: difference),
            ]
        }
        rows += surplus.map { [$0.kind.rawValue, $0.name, "surplus", "not described; left alone"] }
        rows += openAdministrators.map { name in
            ["account", name, "open", "an administrator whose password everybody knows: change it, or delete the user"]
        }
        guard !rows.isEmpty else { return "Nothing to do: the broker is as described.\n" }
        return TextTable.lines([["KIND", "NAME", "STATE", "WHAT"]] + rows)
    }

    private static func consequence(of difference: TopologyDifference) -> String {
        if difference.canBeChanged { return "" }
        if difference.canBeReplaced { return "; replaced while it is empty by apply --replace-dead-letters" }
        return "; cannot be changed in place"
    }

    /// The plan as JSON: the keys `missing`, `differing` and `surplus`.
    public func json() throws -> String { try TextTable.json(self) }
}

extension TopologyChanges {
    /// What was done, as a table for people.
    public var table: String {
        let rows =
            created.map { [$0.kind.rawValue, $0.name, "created"] }
            + changed.map { [$0.kind.rawValue, $0.name, "changed"] }
        guard !rows.isEmpty else { return "Nothing to do: the broker was as described.\n" }
        return TextTable.lines([["KIND", "NAME", "STATE"]] + rows)
    }

    /// What was done, as JSON: the keys `created` and `changed`.
    public func json() throws -> String { try TextTable.json(self) }
}

private enum TextTable {
    /// Columns as wide as their widest cell, two spaces apart.
    static func lines(_ rows: [[String]]) -> String {
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            let cells = zip(row, widths).map { cell, width in
                cell + String(repeating: " ", count: width - cell.count)
            }
            return cells.joined(separator: "  ").trimmingCharacters(in: .whitespaces) + "\n"
        }.joined()
    }

    static func json(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self) + "\n"
    }
}
