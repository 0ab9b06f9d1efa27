/// One thing wrong with a file of the catalog's folder.
public struct CatalogFault: Error, Sendable, Hashable, Codable, CustomStringConvertible {
    /// The file.
    public let file: String
    /// The line, from 1, where the file could be read that far.
    public let line: Int?
    /// What is wrong, and what would be right.
    public let sentence: String

    /// `file:line: sentence`, as compilers print it.
    public var description: String { "\(file):\(line.map { "\($0):" } ?? "") \(sentence)" }
}

/// Everything that is wrong with a catalog's folder, at once.
public struct CatalogFaults: Error, Sendable, Equatable, CustomStringConvertible {
    /// The faults, by file and line.
    public let faults: [CatalogFault]

    init(_ faults: [CatalogFault]) {
        self.faults = Set(faults).sorted {
            ($0.file, $0.line ?? 0, $0.sentence) < ($1.file, $1.line ?? 0, $1.sentence)
        }
    }

    /// One line each.
    public var description: String { faults.map(\.description).joined(separator: "\n") }
}
