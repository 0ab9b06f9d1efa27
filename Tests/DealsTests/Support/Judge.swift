import Foundation

/// Debian's python3-jsonschema in a process of its own, asked over a pipe.
final class Judge {
    private let process = Process()
    private let questions = Pipe()
    private let answers = Pipe()
    private var unread: [UInt8] = []

    struct Silent: Error, CustomStringConvertible {
        let description = "schema_judge.py ended early; is python3-jsonschema installed for /usr/bin/python3?"
    }

    init(schema: URL) throws {
        process.executableURL = URL(filePath: "/usr/bin/python3")
        let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "schema_judge.py")
        process.arguments = [script.path, schema.path]
        process.standardInput = questions
        process.standardOutput = answers
        try process.run()
    }

    deinit {
        // End of input ends the script.
        try? questions.fileHandleForWriting.close()
        process.waitUntilExit()
    }

    /// Asks without waiting; not more than a few hundred questions ahead of the answers, or both pipes fill up.
    func ask(_ body: [UInt8]) throws {
        try questions.fileHandleForWriting.write(contentsOf: Data(body).base64EncodedData() + Data("\n".utf8))
    }

    /// The answer to the oldest open question.
    func answer() throws -> String {
        while true {
            if let end = unread.firstIndex(of: UInt8(ascii: "\n")) {
                defer { unread.removeFirst(end + 1) }
                return String(decoding: unread[..<end], as: UTF8.self)
            }
            let chunk = answers.fileHandleForReading.availableData
            guard !chunk.isEmpty else { throw Silent() }
            unread.append(contentsOf: chunk)
        }
    }

    func verdict(on body: [UInt8]) throws -> String {
        try ask(body)
        return try answer()
    }
}
