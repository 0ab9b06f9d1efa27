public import ArgumentParser
import Foundation
public import RabbitMQ

/// Where the broker is; many things can be asked and done without it.
public struct BrokerOptions: ParsableArguments, Sendable {
    @Option(help: "Broker URLs without passwords, separated by commas; BATON_AMQP_URL if not given.")
    var broker: String?

    @Option(help: "File with the authorities that may sign the broker's certificate; BATON_AMQP_CA_FILE if not given.")
    var brokerCaFile: String?

    /// Made by the parser.
    public init() {}

    /// How to connect; nil where no broker is configured.
    public func settings() throws -> BrokerSettings? {
        try refusePassword(
            in: broker, of: "--broker", instead: "set BATON_AMQP_URL, or name a file in BATON_AMQP_PASSWORD_FILE")
        guard let urls = broker ?? environment("BATON_AMQP_URL") else { return nil }
        let authority = brokerCaFile ?? environment("BATON_AMQP_CA_FILE")
        let password = try environment("BATON_AMQP_PASSWORD_FILE").map { file in
            let text = try String(contentsOfFile: file, encoding: .utf8)
            return Secret(text.hasSuffix("\n") ? String(text.dropLast()) : text)
        }
        return try BrokerSettings(
            urls: urls.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }, password: password,
            tls: authority.map { TLSSettings(authorityFile: $0) } ?? TLSSettings(), connectionName: "operator")
    }

    /// Runs `body` with a publisher, and ends it; with nil where no broker is configured.
    public func with<Value: Sendable>(
        _ body: @Sendable (Publisher?) async throws -> Value
    ) async throws -> Value {
        guard let settings = try settings() else { return try await body(nil) }
        let publisher = Publisher(settings: settings, patience: .seconds(5))
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await publisher.run() }
            let outcome: Result<Value, any Error>
            do {
                outcome = .success(try await body(publisher))
            } catch {
                outcome = .failure(error)
            }
            await publisher.close()
            try await group.waitForAll()
            return try outcome.get()
        }
    }
}
