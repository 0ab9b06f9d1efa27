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

    /// SQLSTATEs of a role that may not log in or does not exist, a wrong password, a database that does not exist.
    private static let unprepared: Set<String> = ["28000", "28P01", "3D000"]

    /// Throws ``NotPrepared`` with everything that is missing; any other error says that it could not be found out.
    func check() async throws {
        var problems: [String] = []
        do {
            try await Migrator(database: database, schema: schema).check()
        } catch let mismatch as SchemaMismatch {
            problems.append(mismatch.description)
        } catch {
            // Whoever waits for a role or a database that nobody makes waits for ever.
            guard let state = await database.status().refusal, Self.unprepared.contains(state) else { throw error }
            throw NotPrepared(problems: [
                "the database refuses the worker's connection (\(error)): run 'baton migrate', which makes roles and "
                    + "schema, and check BATON_POSTGRESQL_URL and BATON_POSTGRESQL_PASSWORD"
            ])
        }
        let missing = try await publisher.missing(
            queues: [queue.name, queue.deadLetters], exchanges: Self.exchanges)
        if !missing.isEmpty {
            problems.append("the broker has no \(missing.joined(separator: ", ")): run 'baton topology apply'")
        }
        guard problems.isEmpty else { throw NotPrepared(problems: problems) }
    }
}

/// What a person must do before a worker can begin.
public struct NotPrepared: Error, Equatable, CustomStringConvertible {
    /// One sentence for each thing that is missing.
    public let problems: [String]
    /// All of them, a line each.
    public var description: String { problems.joined(separator: "\n") }
}
