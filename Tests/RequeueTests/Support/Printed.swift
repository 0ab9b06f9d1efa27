import Foundation
import Support

/// What a command printed, and how it ended.
struct Printed: Sendable {
    let status: Int32
    /// The data, from stdout.
    let output: String
    /// The words, from stderr.
    let words: String

    /// The output as JSON of this shape.
    func decoded<Value: Decodable>(as type: Value.Type = Value.self) throws -> Value {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        return try decoder.decode(type, from: Data(output.utf8))
    }

    /// Runs a program of this build, or the one at this path, to its end, with nobody at the terminal.
    static func by(_ program: String, _ arguments: [String], environment: [String: String]) async throws -> Printed {
        let folder = FileManager.default.temporaryDirectory.appending(path: uniqueName("command"))
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let files = ["out", "err"].map { folder.appending(path: $0) }
        for file in files { try Data().write(to: file) }
        let process = Process()
        process.executableURL =
            program.hasPrefix("/") ? URL(filePath: program) : ChildProcess.productFolder.appending(path: program)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("BATON_") }
            .merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: files[0])
        process.standardError = try FileHandle(forWritingTo: files[1])
        let status = try await withCheckedThrowingContinuation { (ended: CheckedContinuation<Int32, any Error>) in
            process.terminationHandler = { ended.resume(returning: $0.terminationStatus) }
            do {
                try process.run()
            } catch {
                process.terminationHandler = nil
                ended.resume(throwing: error)
            }
        }
        return Printed(
            status: status, output: try String(contentsOf: files[0], encoding: .utf8),
            words: try String(contentsOf: files[1], encoding: .utf8))
    }
}
