import ArgumentParser
import Operations
import OperatorConsole

struct LogCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log", abstract: "Lists what people did, newest first. Changes nothing.")

    @Argument(help: "Only about this case and its handoff: an id, or its beginning.")
    var id: String?

    @Option(help: "Only of the last 30m, 2h, 3d.")
    var since: Age?

    @Option(help: "Only by this PostgreSQL role.")
    var by: String?

    @Option(help: "How many at most.")
    var limit = 200

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var database: DatabaseOptions

    func validate() throws {
        guard (1...100_000).contains(limit) else { throw ValidationError("--limit must be between 1 and 100000") }
    }

    func run() async throws {
        let (id, since, by, limit) = (id, since?.duration, by, limit)
        let acts = try await database.with { database in
            let log = ActLog(database: database)
            guard let id else { return try await log.entries(since: since, by: by, limit: limit) }
            let line = try await known { try await IncidentInquiries(database: database).find([id])[0] }
            return try await log.entries(about: line, since: since, by: by, limit: limit)
        }
        if json { return try printJSON(acts) }
        for act in acts { say(page([act.text])) }
    }
}
