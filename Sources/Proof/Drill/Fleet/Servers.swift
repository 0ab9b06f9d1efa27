import Foundation
import PostgreSQL
import RabbitMQ

/// The private broker and database that the drill may stop, start and empty.
struct Servers: Sendable {
    /// The name under which `Deploy/local/servers` knows them.
    let name: String
    let script: String
    let amqpURL: String
    let amqpAPI: String
    let postgresqlURL: String

    /// Reads what `servers env NAME` prints.
    init(name: String, script: String, environment: [String: String]) throws {
        func required(_ variable: String) throws -> String {
            guard let value = environment[variable], !value.isEmpty else { throw Missing(variable: variable) }
            return value
        }
        self.name = name
        self.script = script
        amqpURL = try required("BATON_AMQP_URL")
        amqpAPI = try required("BATON_AMQP_API")
        postgresqlURL = try required("BATON_POSTGRESQL_URL")
    }

    struct Missing: Error, CustomStringConvertible {
        let variable: String
        var description: String { "\(variable) is not set: run Deploy/local/drill, which starts the servers" }
    }

    /// What a command of the script ended with.
    struct Failed: Error, CustomStringConvertible {
        let command: String
        let log: String
        var description: String { "'\(command)' failed; its words are in \(log)" }
    }

    /// One of the two servers.
    enum Server: String, Sendable { case broker, database }

    func restart(_ server: Server, log: String) async throws {
        try await run(["restart", name, server.rawValue], log: log)
    }

    /// Deletes all that the broker holds.
    func rebuildBroker(log: String) async throws {
        try await run(["rebuild", name, Server.broker.rawValue], log: log)
    }

    private func run(_ arguments: [String], log: String) async throws {
        // The script looks for its ports and its folder in these.
        let own = ProcessInfo.processInfo.environment.filter {
            ["BATON_PORT_OFFSET", "BATON_RUN_DIR"].contains($0.key)
        }
        let end = await (try ChildProgram(script, arguments: arguments, settings: own, log: log)).waitForEnd()
        guard end == ChildProgram.End(status: 0, wasSignalled: false) else {
            throw Failed(command: ([script] + arguments).joined(separator: " "), log: log)
        }
    }
}
