import PostgreSQL
import RabbitMQ
import Workers

/// What a worker needs of broker and database before it may begin; it declares nothing and changes nothing.
struct StartCheck: Sendable {
    let schema: String
    let database: Database
    let publisher: Publisher
    let queue: Queue

    /// The exchanges that every worker publishes to.
    static let exchanges = ["work", "dead", "handoffs"]

    /// Throws for a schema that this version does not know and for queues and exchanges that are missing.
    func check() async throws {
        try await Migrator(database: database, schema: schema).check()
        let missing = try await publisher.missing(
            queues: [queue.name, queue.deadLetters], exchanges: Self.exchanges)
        guard missing.isEmpty else { throw TopologyMissing(names: missing) }
    }
}

/// Queues or exchanges that the broker does not have.
struct TopologyMissing: Error, CustomStringConvertible {
    let names: [String]
    var description: String {
        "the broker has no \(names.joined(separator: ", ")): run 'baton topology apply'"
    }
}
