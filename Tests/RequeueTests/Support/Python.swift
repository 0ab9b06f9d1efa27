import Foundation
import Support

/// Debian's Python, whose AMQP client sends what ours refuses to, and which has a terminal to give.
enum Python {
    /// Runs a script and answers what it printed, as bytes.
    static func run(
        _ script: String, _ arguments: [String], environment: [String: String] = [:]
    ) async throws -> [UInt8] {
        let folder = FileManager.default.temporaryDirectory.appending(path: uniqueName("python"))
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (file, output) = (folder.appending(path: "script.py"), folder.appending(path: "output"))
        try Data(script.utf8).write(to: file)
        try Data().write(to: output)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments = [file.path] + arguments
        process.environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("BATON_") }
            .merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: output)
        try await process.runToEnd()
        return Array(try Data(contentsOf: output))
    }

    /// Publishes to `url` what the script's function `messages()` gives: exchange, key, properties, body.
    static func publish(_ script: String, to url: String, _ arguments: String...) async throws {
        _ = try await run(
            """
            import json, pika, sys
            from pika import BasicProperties as P
            \(script)
            connection = pika.BlockingConnection(pika.URLParameters(sys.argv[1]))
            channel = connection.channel()
            channel.confirm_delivery()
            for exchange, key, properties, body in messages():
                channel.basic_publish(exchange, key, body, properties)
            connection.close()
            """, [url] + arguments)
    }

    /// Runs a program of ours on a terminal, and answers every byte that the terminal got.
    static func onTerminal(
        _ program: String, _ arguments: [String], environment: [String: String]
    ) async throws -> [UInt8] {
        let path = ChildProcess.productFolder.appending(path: program).path
        return try await run(
            """
            import os, pty, sys
            def read(fd):
                data = os.read(fd, 65536)
                return data
            pty.spawn(sys.argv[1:], read)
            """, [path] + arguments, environment: environment)
    }
}

extension SupportDesk {
    /// One of the messages in this folder's `Messages`.
    static func message(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: "\(repositoryRoot)/Tests/RequeueTests/Messages/\(name)")))
    }
}
