import Foundation
import Testing

/// The pinned versions of every package, and what checks them.
@Suite struct PackagesTests {
    private static func check(in folder: URL) async throws -> (status: Int32, words: String) {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/bash")
        process.arguments = [folder.appending(path: "Deploy/packages").path, "check"]
        process.standardInput = FileHandle.nullDevice
        let words = folder.appending(path: "words")
        try Data().write(to: words)
        process.standardError = try FileHandle(forWritingTo: words)
        let status: Int32 = try await withCheckedThrowingContinuation { continuation in
            process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
            do {
                try process.run()
            } catch {
                process.terminationHandler = nil
                continuation.resume(throwing: error)
            }
        }
        return (status, try String(contentsOf: words, encoding: .utf8))
    }

    @Test("SEC-F13 what was resolved is what the lock says, and any other, missing or further package is told")
    func check() async throws {
        let root = Repository.this.root
        let folder = FileManager.default.temporaryDirectory.appending(path: "packages-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: folder.appending(path: "Deploy"), withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for name in ["Deploy/packages", "Deploy/packages.lock", "Package.resolved"] {
            try FileManager.default.copyItem(at: root.appending(path: name), to: folder.appending(path: name))
        }
        let whole = try await Self.check(in: folder)
        #expect(whole.status == 0, "\(whole.words)")

        let lock = folder.appending(path: "Deploy/packages.lock")
        let text = try String(contentsOf: lock, encoding: .utf8)
        let asn1 = try #require(text.split(separator: "\n").first { $0.hasPrefix("swift-asn1 ") })
        let changes = [
            text.replacing("\(asn1)", with: "\(asn1).1"), text.replacing("\(asn1)\n", with: ""),
            text + "zebra https://github.com/example/zebra.git 1.0.0\n",
        ]
        for (changed, told) in zip(changes, ["swift-asn1", "swift-asn1", "zebra"]) {
            try Data(changed.utf8).write(to: lock)
            let answer = try await Self.check(in: folder)
            #expect(answer.status == 1 && answer.words.contains(told), "\(answer)")
        }
    }
}
