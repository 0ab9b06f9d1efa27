import Foundation
import Support
import Testing

/// `Deploy/local/servers` writes only where nobody else decides what that is.
@Suite struct RunFolderTests {
    /// What a command of the script printed, both ways, and how it ended.
    static func servers(
        _ arguments: String..., in folder: String, offset: Int = 0
    ) async throws -> (text: String, status: Int32) {
        let process = Process()
        process.executableURL = URL(filePath: repositoryRoot + "/Deploy/local/servers")
        process.arguments = arguments
        var environment = ProcessInfo.processInfo.environment
        environment["BATON_RUN_DIR"] = folder
        environment["BATON_PORT_OFFSET"] = offset == 0 ? "" : String(offset)
        process.environment = environment
        let log = FileManager.default.temporaryDirectory.appending(path: uniqueName("servers")).path
        try #require(FileManager.default.createFile(atPath: log, contents: nil))
        defer { try? FileManager.default.removeItem(atPath: log) }
        let file = try #require(FileHandle(forWritingAtPath: log))
        process.standardOutput = file
        process.standardError = file
        // Servers that are started outlive the script, and hold nothing of it.
        let (ended, end) = AsyncStream.makeStream(of: Int32.self)
        process.terminationHandler = { end.yield($0.terminationStatus) }
        try process.run()
        let status = await ended.first { _ in true } ?? -1
        return (try String(contentsOfFile: log, encoding: .utf8), status)
    }

    static func withFolder(_ body: (String) async throws -> Void) async throws {
        // Everybody's, and sticky: what we make in it is ours.
        let folder = "/var/tmp/" + uniqueName("run")
        try make(folder)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await body(folder)
    }

    private static func make(_ path: String, mode: mode_t = 0o755) throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        let status = chmod(path, mode)
        try #require(status == 0)
    }

    @Test(
        "SEC-F5 a folder that is a link, is another user's or can be written by others is refused, and nothing is touched",
        .timeLimit(.minutes(1)), arguments: ["start", "stop", "status", "reset", "env"])
    func refused(command: String) async throws {
        try await Self.withFolder { folder in
            let victim = folder + "/victim"
            try Self.make(victim + "/postgresql", mode: 0o711)
            try "mine".write(toFile: victim + "/postgresql/file", atomically: true, encoding: .utf8)
            try "".write(toFile: victim + "/made-by-servers", atomically: true, encoding: .utf8)
            try Self.make(victim, mode: 0o711)
            let before = try Self.state(of: victim)
            try Self.make(folder + "/name")
            try FileManager.default.createSymbolicLink(atPath: folder + "/name/up", withDestinationPath: victim)
            try FileManager.default.createSymbolicLink(atPath: folder + "/link", withDestinationPath: folder + "/name")
            try Self.make(folder + "/open/in", mode: 0o755)
            try Self.make(folder + "/open", mode: 0o777)
            try Self.make(folder + "/file")
            try "".write(toFile: folder + "/file/up", atomically: true, encoding: .utf8)
            var cases = [
                ("name", "is a link"), ("link", "is a link"), ("link/deeper", "is a link"), ("open", "other users"),
                ("open/in", "other users"), ("file", "is no folder"),
            ]
            if getuid() == 0 {
                try Self.make(folder + "/foreign/in")
                let status = chown(folder + "/foreign", 65_534, 65_534)
                try #require(status == 0)
                cases += [("foreign", "another user"), ("foreign/in", "another user")]
            }
            for (path, words) in cases {
                let (text, status) = try await Self.servers(command, "up", in: "\(folder)/\(path)")
                #expect(status == 1 && text.contains(words), "\(command) in \(path): \(status) \(text)")
            }
            #expect(try Self.state(of: victim) == before)
        }
    }

    /// Every path below with its mode.
    private static func state(of folder: String) throws -> [String] {
        let paths = [""] + (FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? [])
        return try paths.sorted().map { path in
            let attributes = try FileManager.default.attributesOfItem(atPath: folder + "/" + path)
            return "\(path) \(attributes[.posixPermissions] ?? "-") \(attributes[.modificationDate] ?? "-")"
        }
    }
}
