import Foundation

/// Inputs as other people's systems send them, one folder for each kind, in `Tests/Support/Cases`.
public enum CaseFile {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Cases")

    /// The bytes of a file such as `part-period/whole-year-monthly.json`.
    public static func bytes(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: folder.appending(path: name)))
    }

    /// The names of a folder's files, in order.
    public static func names(in kind: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: kind).path).sorted()
            .map { "\(kind)/\($0)" }
    }

    /// The names of all files.
    public static func all() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().flatMap(names)
    }
}
