import ArgumentParser
import Fleet

struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "Brings the schema to the version that this software knows.",
        discussion: "Run by the role that owns the tables; the workers' own roles cannot change them.")

    @OptionGroup var options: DatabaseOptions

    func run() async throws {
        let schema = options.schemaName
        let applied = try await options.with { database in
            try await Migrator(database: database, schema: schema).migrate()
        }
        for name in applied { print("applied \(name)") }
        print("schema \(schema) is at version \(Migrator.knownVersion)")
    }
}
