import Fleet
import Foundation
import PostgreSQL
import RabbitMQ
import Topology

/// The private broker and database that the measurement runs on.
struct BenchServers: Sendable {
    static let schema = "bench"
    let amqpURL: String
    let api: String
    let postgresqlURL: String

    struct Missing: Error, CustomStringConvertible {
        let name: String
        var description: String { "\(name) is not set: run 'make bench'" }
    }

    init(environment: [String: String]) throws {
        func required(_ name: String) throws -> String {
            guard let value = environment[name] else { throw Missing(name: name) }
            return value
        }
        amqpURL = try required("BATON_AMQP_URL")
        api = try required("BATON_AMQP_API")
        postgresqlURL = try required("BATON_POSTGRESQL_URL")
    }

    func fleetSettings() throws -> FleetSettings {
        var settings = FleetSettings(broker: try BrokerSettings(urls: [amqpURL]), database: try databaseSettings())
        settings.poolSize = 4
        return settings
    }

    func databaseSettings() throws -> DatabaseSettings {
        var settings = try DatabaseSettings(postgresqlURL)
        settings.searchPath = [Self.schema]
        return settings
    }

    /// Begins anew: an empty schema and the described queues, empty.
    func reset(_ database: Database) async throws {
        try await database.script("DROP SCHEMA IF EXISTS \(Self.schema) CASCADE")
        _ = try await Migrator(database: database, schema: Self.schema).migrate()
        let description = try TopologyDescription(folder: "Queues")
        _ = try await BrokerAdministration.with(ManagementAddress(api)) { try await $0.apply(description) }
    }
}
