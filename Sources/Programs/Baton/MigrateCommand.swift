import ArgumentParser
import Fleet
import OperatorConsole
import Topology

struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "Brings the schema to the version that this software knows.",
        discussion: """
            Run by the role that owns the tables; the workers' own roles cannot change them. Also loads what incidents.yml \
            says about each class of incident; where that file is missing or wrong, nothing is changed.
            """)

    @OptionGroup var options: DatabaseOptions

    @Option(help: "Folder with incidents.yml.")
    var queues = "Queues"

    func run() async throws {
        let schema = options.schemaName
        let incidents = try IncidentsFile(at: queues)
        let (applied, openDoors) = try await options.with { database in
            let migrator = Migrator(database: database, schema: schema)
            let applied = try await migrator.migrate()
            try await IncidentClassTable(database: database).replace(with: incidents)
            return (applied, try await migrator.openDoors())
        }
        for name in applied { say("applied \(name)") }
        say("schema \(schema) is at version \(Migrator.knownVersion), \(incidents.classes.count) classes of incident")
        for sentence in openDoors { say("warning: \(sentence)") }
    }
}
