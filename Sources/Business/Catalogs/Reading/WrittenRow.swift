import Deals

/// A row that can be read from a file.
protocol WrittenRow: CatalogRow {
    /// What a row is called in a sentence.
    static var what: String { get }
    /// The keys that it may have, beside those of every row.
    static var keys: [String] { get }
    /// Reads it; reports into the row's file what is wrong.
    init(_ row: YAMLRow)
}

/// A row with the place where it is written.
struct Located<Row: WrittenRow> {
    let row: Row
    let written: YAMLRow
    /// Whether it was read without a fault: only then what it says is looked at.
    let isSound: Bool

    func report(_ sentence: String, at key: String? = nil) { written.report(sentence, at: key) }
}

/// The rows of one table, as they are written.
struct LocatedTable<Row: WrittenRow> {
    let rows: [Located<Row>]
    let file: YAMLFile

    /// A table without which a folder is whole has no row where its file is absent.
    init(in folder: String, isOptional: Bool = false) {
        let file = YAMLFile(path: "\(folder)/\(Row.table.file)", isOptional: isOptional)
        let written = file.rows(Row.what, allowing: Row.keys + ["owner", "validFrom", "validTo"])
        // What is wrong with a row's keys was reported with the rows, so each is looked at by its lines' faults.
        let unknownKeys = Set(file.faults.compactMap(\.line))
        rows = written.map { written in
            let before = file.faults.count
            let row = Row(written)
            let lines = written.mapping.compactMap { $0.key.mark?.line }
            return Located(
                row: row, written: written,
                isSound: file.faults.count == before && unknownKeys.isDisjoint(with: lines))
        }
        self.file = file
    }

    var sound: [Located<Row>] { rows.filter(\.isSound) }
    var subjects: Set<String> { Set(rows.map(\.row.subject)) }
}
