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
        let applied = try await options.with { database in
            let applied = try await Migrator(database: database, schema: schema).migrate()
            try await IncidentClassTable(database: database).replace(with: incidents)
            return applied
        }
        for name in applied { print("applied \(name)") }
        print("schema \(schema) is at version \(Migrator.knownVersion), \(incidents.classes.count) classes of incident")
    }
}
