import Foundation
import Testing

/// The real program as a child process.
final class SandboxProcess {
    private let process = Process()
    private let errors = Pipe()
    let client: SandboxClient

    /// Starts the program on `state` and waits until it listens.
    init(state: URL, arguments: [String] = []) async throws {
        let portFile = state.deletingLastPathComponent().appending(path: "port-\(UUID().uuidString)")
        process.executableURL = try Self.program()
        process.arguments = ["--port", "0", "--state", state.path, "--port-file", portFile.path] + arguments
        process.standardError = errors
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        let deadline = ContinuousClock.now + .seconds(20)
        var port: Int?
        while port == nil, process.isRunning, ContinuousClock.now < deadline {
            port = (try? String(contentsOf: portFile, encoding: .utf8)).flatMap { Int($0.dropLast()) }
            try await ContinuousClock().sleep(for: .milliseconds(5))
        }
        client = SandboxClient(port: try #require(port, "the sandbox did not start: \(state.path)"))
    }

    /// Starts the program and returns its exit status and what it said, for starts that must fail.
    static func failing(state: URL) throws -> (status: Int32, errors: String) {
        let (process, errors) = (Process(), Pipe())
        process.executableURL = try program()
        process.arguments = ["--port", "0", "--state", state.path]
        process.standardError = errors
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        let said = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, said)
    }

    /// Sends a signal, waits for the end, and returns the exit status and all that was said on standard error.
    @discardableResult
    func stop(_ signal: Int32) -> (status: Int32, errors: String) {
        kill(process.processIdentifier, signal)
        let said = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, said)
    }

    /// The tests' own program lies in the folder of all products.
    private static func program() throws -> URL {
        let tests = URL(filePath: try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
        let program = tests.deletingLastPathComponent().appending(path: "sandbox")
        try #require(FileManager.default.isExecutableFile(atPath: program.path), "no program at \(program.path)")
        return program
    }
}
