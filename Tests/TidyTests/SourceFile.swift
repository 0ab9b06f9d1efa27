import Foundation

/// A Swift file as the checks see it: its path in the repository and its lines, with and without what is not code.
struct SourceFile {
    let path: String
    /// As written.
    let lines: [String]
    /// String literals blanked; comments stay.
    let commentedLines: [String]
    /// String literals and comments blanked.
    let codeLines: [String]

    init(path: String, text: String) {
        self.path = path
        let blanked = Blanking(text)
        lines = Self.split(text)
        commentedLines = Self.split(blanked.withoutStrings)
        codeLines = Self.split(blanked.code)
    }

    private static func split(_ text: String) -> [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }
}

/// A checkout of Baton, this one or a copy with something planted in it.
struct Repository {
    let root: URL

    /// The one that these tests were built from.
    static let this = Repository(
        root: URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent())

    /// All Swift files below the folders named, in the order of their paths.
    func swiftFiles(below folders: String...) throws -> [SourceFile] {
        var files: [SourceFile] = []
        for folder in folders {
            let paths = try FileManager.default.subpathsOfDirectory(atPath: root.appending(path: folder).path)
            for path in paths.sorted() where path.hasSuffix(".swift") {
                let text = try String(contentsOf: root.appending(path: "\(folder)/\(path)"), encoding: .utf8)
                files.append(SourceFile(path: "\(folder)/\(path)", text: text))
            }
        }
        return files
    }

    /// Runs `body` with a copy of what the checks need, and removes it.
    func withCopy<Result>(_ body: (Repository) async throws -> Result) async throws -> Result {
        let copy = FileManager.default.temporaryDirectory.appending(path: "tidy-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: copy, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: copy) }
        for item in ["Package.swift", "Sources", "Tests"] {
            try FileManager.default.copyItem(at: root.appending(path: item), to: copy.appending(path: item))
        }
        return try await body(Repository(root: copy))
    }

    /// Writes a file, with the folders above it.
    func plant(_ text: String, at path: String) throws {
        let url = root.appending(path: path)
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try text.write(to: url, atomically: true, encoding: .utf8)
    }
}

/// One thing that a check found, printed as `path:line: what is wrong`.
struct Finding: Hashable, CustomStringConvertible {
    let path: String
    let line: Int
    let text: String

    var description: String { "\(path):\(line): \(text)" }
}
