import Foundation
import RabbitMQ
import Synchronization
import Topology

/// A virtual host of one test's own with the whole topology in it, deleted at its end.
public struct TestBroker: Sendable {
    /// Settings of a connection to the virtual host, as administrator.
    public let settings: BrokerSettings
    /// The same as a URL, for processes.
    public let url: String
    /// The virtual host.
    public let virtualHost: String

    /// Runs `body` with a virtual host of its own.
    public static func with<Value: Sendable>(
        _ body: @Sendable (TestBroker) async throws -> Value
    ) async throws -> Value {
        let name = uniqueName("test")
        let url = try TestServers.amqp.replacing("%2F", with: name)
        try await administer("PUT", "vhosts/\(name)")
        let outcome: Result<Value, any Error>
        do {
            try await applyTopology(to: name)
            let broker = TestBroker(settings: try BrokerSettings(urls: [url]), url: url, virtualHost: name)
            outcome = .success(try await body(broker))
        } catch {
            outcome = .failure(error)
        }
        try await administer("DELETE", "vhosts/\(name)")
        return try outcome.get()
    }

    /// Makes what the Queues folder describes, in the virtual host `name`.
    @discardableResult
    public static func applyTopology(to name: String) async throws -> TopologyChanges {
        let description = try TopologyDescription(folder: repositoryRoot + "/Queues")
        return try await BrokerAdministration.with(ManagementAddress(TestServers.amqpAPI), virtualHost: name) {
            try await $0.apply(description)
        }
    }

    /// Binds a queue `answers` to everything that is announced.
    public func collectAnswers() async throws {
        try await Self.administer("PUT", "queues/\(virtualHost)/answers", body: "{}")
        try await Self.administer(
            "POST", "bindings/\(virtualHost)/e/handoffs/q/answers", body: ##"{"routing_key":"#"}"##)
    }

    /// Deletes a queue behind everybody's back.
    public func deleteQueue(_ queue: String) async throws {
        try await Self.administer("DELETE", "queues/\(virtualHost)/\(queue)")
    }

    /// Takes every message out of a queue behind everybody's back.
    public func purge(_ queue: String) async throws {
        try await Self.administer("DELETE", "queues/\(virtualHost)/\(queue)/contents")
    }

    /// Deletes an exchange behind everybody's back.
    public func deleteExchange(_ exchange: String) async throws {
        try await Self.administer("DELETE", "exchanges/\(virtualHost)/\(exchange)")
    }

    /// Makes an account with the password `secret`, which may do this in the virtual host.
    public func makeAccount(_ name: String, configure: String, write: String, read: String) async throws {
        try await Self.administer("PUT", "users/\(name)", body: #"{"password":"secret","tags":""}"#)
        let rights = try JSONEncoder().encode(["configure": configure, "write": write, "read": read])
        try await Self.administer(
            "PUT", "permissions/\(virtualHost)/\(name)", body: String(decoding: rights, as: UTF8.self))
    }

    /// The virtual host's URL for another account.
    public func url(as account: String, password: String) -> String {
        var parts = URLComponents(string: url) ?? URLComponents()
        parts.user = account
        parts.password = password
        return parts.string ?? url
    }

    /// Deletes an account, which belongs to no virtual host.
    public static func deleteAccount(_ name: String) async throws {
        try await administer("DELETE", "users/\(name)")
    }

    private static func administer(_ method: String, _ path: String, body: String = "") async throws {
        let api = try TestServers.amqpAPI
        let curl = Process()
        curl.executableURL = URL(fileURLWithPath: "/usr/bin/curl")
        curl.arguments =
            ["-sf", "-o", "/dev/null", "-X", method, "\(api)/api/\(path)"] + (body.isEmpty ? [] : ["-d", body])
        try await curl.runToEnd()
    }
}

/// The root of the checkout.
public let repositoryRoot = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

extension Process {
    private static let starting = Mutex(())

    /// Starts the program. One at a time: Foundation's `run` reads past a buffer when several threads start programs at
    /// once (seen with Swift 6.3.1).
    public func runAlone() throws {
        try Self.starting.withLock { _ in try run() }
    }

    /// How a program ended that should have succeeded.
    public struct Failed: Error, CustomStringConvertible {
        let command: String
        let status: Int32
        /// The command and its exit status.
        public var description: String { "\(command) ended with \(status)" }
    }

    /// Runs the program and waits without holding a thread; throws unless it exits with 0.
    public func runToEnd() async throws {
        let command = ([executableURL?.path ?? "-"] + (arguments ?? [])).joined(separator: " ")
        let status = try await withCheckedThrowingContinuation {
            (continuation: CheckedContinuation<Int32, any Error>) in
            terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
            do {
                try runAlone()
            } catch {
                terminationHandler = nil
                continuation.resume(throwing: error)
            }
        }
        guard status == 0 else { throw Failed(command: command, status: status) }
    }
}
