import Foundation

/// The folders that tests read, and copies of them that tests change.
enum Folders {
    /// The catalog that is shipped.
    static let shipped = repository.appending(path: "Catalog").path(percentEncoded: false)
    static let repository = tests.deletingLastPathComponent().deletingLastPathComponent()
    /// Small catalogs: `good` has no mistake, and each other has only the files that differ from it.
    static let planted = tests.appending(path: "Planted")
    static let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()

    /// Runs `body` with a folder of the good catalog, with the files of `kind` in place of its own.
    static func with<Value>(_ kind: String?, _ body: (String) throws -> Value) throws -> Value {
        let files = FileManager.default
        let folder = files.temporaryDirectory.appending(path: "catalog-\(UUID().uuidString)")
        try files.copyItem(at: planted.appending(path: "good"), to: folder)
        defer { try? files.removeItem(at: folder) }
        if let kind {
            let other = planted.appending(path: kind)
            for name in try files.contentsOfDirectory(atPath: other.path()) where name.hasSuffix(".yml") {
                try text(of: other.appending(path: name)).write(
                    to: folder.appending(path: name), atomically: true, encoding: .utf8)
            }
            let without = other.appending(path: "without.txt")
            if files.fileExists(atPath: without.path()) {
                for name in try text(of: without).split(separator: "\n") {
                    try files.removeItem(at: folder.appending(path: String(name)))
                }
            }
        }
        return try body(folder.path())
    }

    static func text(of file: URL) throws -> String { try String(contentsOf: file, encoding: .utf8) }
}
