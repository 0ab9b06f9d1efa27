import ArgumentParser
import Drill
import Foundation
import PostgreSQL
import RabbitMQ

/// Judges what is there, without touching it.
struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Judges a finished run by the targets' log, the database and the queues alone.",
        discussion: """
            Reads the database and the broker of BATON_POSTGRESQL_URL and BATON_AMQP_URL, and changes nothing. Exit \
            status: 0 clean, 1 violations, 2 could not be checked.
            """)

    @Option(help: "The list of what was published.") var published: String
    @Option(help: "The sandbox's log of effects.") var effects: String
    @Option(help: "The schema.") var schema = "drill"
    @Option(help: "Folder that describes the queues.") var queues = "Queues"
    @Flag(help: "Targets were slow or late: one deal of a thousand may wait for people because of them.")
    var poorTargets = false
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
        let verdict: Verdict
        do {
            verdict = try await judge()
        } catch {
            FileHandle.say("could not check: \(error)")
            throw ExitCode(2)
        }
        print(json ? try verdict.json : verdict.text)
        if !verdict.isClean { throw ExitCode(1) }
    }

    private func judge() async throws -> Verdict {
        let environment = ProcessInfo.processInfo.environment
        guard let postgresql = environment["BATON_POSTGRESQL_URL"], let amqp = environment["BATON_AMQP_URL"] else {
            throw ValidationError("BATON_POSTGRESQL_URL and BATON_AMQP_URL must say where database and broker are")
        }
        var settings = try DatabaseSettings(postgresql)
        settings.searchPath = [schema]
        settings.statementTimeout = .seconds(60)
        settings.answerTimeout = .seconds(70)
        let database = Database(settings, size: 2)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await database.run() }
            defer { group.cancelAll() }
            let evidence = try await Evidence(
                published: published, effects: effects, database: database,
                broker: BrokerSettings(urls: [amqp], connectionName: "drill check"), queuesFolder: queues,
                hasPoorTargets: poorTargets)
            return Verdict(on: evidence)
        }
    }
}
