import Foundation
import Testing

@testable import Topology

/// The broker that the tests use, from the environment.
enum Broker {
    static let api = "BATON_TEST_AMQP_API"
    static let amqp = "BATON_TEST_AMQP"

    static func setting(_ name: String) throws -> String {
        try #require(
            ProcessInfo.processInfo.environment[name].flatMap { $0.isEmpty ? nil : $0 },
            "\(name) is not set: these tests need a RabbitMQ with the management plugin")
    }

    /// Runs `body` with a virtual host of its own, which is gone afterwards.
    static func withVirtualHost(
        _ body: (BrokerAdministration) async throws -> Void
    ) async throws {
        let address = try ManagementAddress(try setting(api))
        let name = "topology/" + UUID().uuidString.lowercased()
        try await BrokerAdministration.with(address, virtualHost: name, timeout: .seconds(30)) { broker in
            try await broker.declare("PUT", ["vhosts", name], Nothing())
            do {
                try await body(broker)
            } catch {
                try await broker.declare("DELETE", ["vhosts", name], Nothing())
                throw error
            }
            try await broker.declare("DELETE", ["vhosts", name], Nothing())
        }
    }

    /// Runs a Python script with pika; `url` reaches the virtual host of `broker` as `user`.
    static func pika(_ script: String, url: String) async throws -> String {
        try await withFolder { folder in
            try write(script, to: folder + "/script.py")
            try write("", to: folder + "/output")
            let output = try FileHandle(forWritingTo: URL(fileURLWithPath: folder + "/output"))
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
            process.arguments = [folder + "/script.py", url]
            process.standardOutput = output
            process.standardError = output
            try await withCheckedThrowingContinuation { (ended: CheckedContinuation<Void, any Error>) in
                process.terminationHandler = { _ in ended.resume() }
                do {
                    try process.run()
                } catch {
                    ended.resume(throwing: error)
                }
            }
            return try String(contentsOfFile: folder + "/output", encoding: .utf8)
        }
    }

    /// The AMQP address of the virtual host of `broker` for its administrator.
    static func url(of broker: BrokerAdministration) throws -> String {
        try url(of: broker, user: broker.address.user, password: broker.address.password.text)
    }

    /// The AMQP address of the virtual host of `broker` for one user.
    static func url(of broker: BrokerAdministration, user: String, password: String) throws -> String {
        var parts = try #require(URLComponents(string: try setting(amqp)))
        parts.user = user
        parts.password = password
        let virtualHost = broker.virtualHost.split(separator: "/").joined(separator: "%2F")
        parts.percentEncodedPath = "/" + virtualHost
        return try #require(parts.string)
    }
}

/// A request body that says nothing.
struct Nothing: Codable {}

/// The repository's own files.
enum Repository {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path
    static let queues = root + "/Queues"
}

/// Runs `body` with an empty folder, which is gone afterwards.
func withFolder<Result>(_ body: (String) async throws -> Result) async throws -> Result {
    let folder = FileManager.default.temporaryDirectory.path + "/topology-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer {
        do {
            try FileManager.default.removeItem(atPath: folder)
        } catch {
            Issue.record(error)
        }
    }
    return try await body(folder)
}

/// Writes a file, and the folders above it.
func write(_ text: String, to path: String) throws {
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try text.write(toFile: path, atomically: true, encoding: .utf8)
}
