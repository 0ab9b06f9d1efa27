import Foundation

/// What `swift package dump-package` says about the package, as far as the checks need it.
struct Manifest: Decodable {
    struct Target: Decodable {
        let name: String
        let type: String
        let path: String?
        let dependencies: [Dependency]

        /// Where its files are, with the folder that SwiftPM takes when the manifest names none.
        var folder: String { path ?? "\(type == "test" ? "Tests" : "Sources")/\(name)" }
        var modules: Set<String> { Set(dependencies.compactMap(\.module)) }

        func contains(_ path: String) -> Bool { path.hasPrefix(folder + "/") }
    }

    /// A dependency on a module of this package; products of other packages have none.
    struct Dependency: Decodable {
        let module: String?

        private enum Key: String, CodingKey {
            case byName, target
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Key.self)
            for key in [Key.byName, .target] where container.contains(key) {
                var elements = try container.nestedUnkeyedContainer(forKey: key)
                module = try elements.decode(String.self)
                return
            }
            module = nil
        }
    }

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    let targets: [Target]

    /// The target that a file belongs to: the one with the innermost folder.
    func target(of path: String) -> Target? {
        targets.filter { $0.contains(path) }.max { $0.folder.count < $1.folder.count }
    }

    /// Asks SwiftPM, with a scratch folder of its own: the usual one is locked by the running `swift test`.
    static func dumped(by repository: Repository) async throws -> Manifest {
        let scratch = FileManager.default.temporaryDirectory.appending(path: "tidy-\(UUID().uuidString)")
        let output = scratch.appending(path: "manifest.json")
        try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: scratch) }
        try Data().write(to: output)

        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            "swift", "package", "--package-path", repository.root.path, "--scratch-path", scratch.path, "dump-package",
        ]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: output)
        let status: Int32 = try await withCheckedThrowingContinuation { continuation in
            process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
            do {
                try process.run()
            } catch {
                process.terminationHandler = nil
                continuation.resume(throwing: error)
            }
        }
        guard status == 0 else { throw Failure(description: "swift package dump-package ended with status \(status)") }
        return try JSONDecoder().decode(Manifest.self, from: Data(contentsOf: output))
    }
}
