import ArgumentParser
import Catalogs
import Foundation
import Handoffs
import Operations
import OperatorConsole

struct CatalogCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "catalog", abstract: "The company's reference data: check, propose, approve, look.",
        discussion: """
            A change goes live when one person publishes it and another approves it: the first is a PostgreSQL role with \
            membership in baton_catalog, the second one with membership in baton_catalog_approval.
            """,
        subcommands: [
            CheckCatalog.self, DiffCatalog.self, PublishCatalog.self, ApproveCatalog.self, ShowCatalog.self,
        ])
}

/// The folder that holds the files.
struct CatalogFolderOption: ParsableArguments {
    @Argument(help: "The folder with the catalog's files.")
    var folder = "Catalog"

    /// What the folder says; prints every problem and ends the program where it has any.
    func read(json: Bool = false) throws -> Catalog {
        do {
            return try CatalogFolder(at: folder, steps: DealHandoff.stepNames).catalog
        } catch let faults as CatalogFaults {
            if json { try printJSON(faults.faults) }
            note("\(faults)")
            throw ExitCode(1)
        }
    }
}

struct CheckCatalog: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Reports every problem of the files at once, as file:line: sentence.",
        discussion: "Exit code 1 where there is a problem. Nothing but the files is looked at.")

    @OptionGroup var folder: CatalogFolderOption

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let catalog = try folder.read(json: json)
        if json { return say("[]") }
        let counts = CatalogTable.allCases.map { "\(catalog.tables.rows(of: $0).count) \($0.rawValue)" }
        say("catalog \(catalog.version) has no problem: \(counts.joined(separator: ", "))")
    }
}

struct DiffCatalog: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff", abstract: "Shows, row by row, what the files would change.",
        discussion: "Exit code 2 where something would change.")

    @OptionGroup var folder: CatalogFolderOption
    @OptionGroup var database: DatabaseOptions

    @Option(help: "Against this version, or its beginning; against the one in force, if not given.")
    var against: String?

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let (catalog, against) = (try folder.read(), against)
        let difference = try await refusable {
            try await database.with { database in
                let acts = CatalogActs(database: database)
                let version: String? =
                    if let against { try await acts.find(against).version } else { try await acts.activeVersion() }
                return try await acts.difference(from: version, to: catalog)
            }
        }
        say(json ? try difference.json() : difference.text)
        if !difference.rows.isEmpty { throw ExitCode(2) }
    }
}

struct PublishCatalog: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "publish", abstract: "Checks the files and proposes them; somebody else then approves.",
        discussion: "Exit code 1: the files have problems; 4: refused, nothing was changed.")

    @OptionGroup var folder: CatalogFolderOption
    @OptionGroup var database: DatabaseOptions

    @Option(help: "Why, for whoever approves it.")
    var note: String

    @Flag(help: "Show what would be proposed; propose nothing.")
    var dryRun = false

    func validate() throws {
        guard !note.isEmpty else { throw ValidationError("the note says nothing") }
    }

    func run() async throws {
        let (catalog, note, dryRun) = (try folder.read(), note, dryRun)
        let (difference, sentence) = try await refusable {
            try await database.with { database in
                let acts = CatalogActs(database: database)
                let difference = try await acts.difference(from: try await acts.activeVersion(), to: catalog)
                if dryRun { return (difference, "catalog \(catalog.version) would be proposed; nothing was changed") }
                let changes = difference.rows.map {
                    CatalogChange(table: $0.table.rawValue, row: $0.row, before: $0.before, after: $0.after)
                }
                let sentence = try await acts.propose(
                    body: catalog.body, version: catalog.version, note: note, changes: changes)
                return (difference, sentence)
            }
        }
        say(difference.text)
        say(sentence)
    }
}

struct ApproveCatalog: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve", abstract: "Puts a proposed version into force, or rejects it.",
        discussion: """
            Whoever proposed it may not approve it. Workers take it up within seconds, without a restart. Exit code 4: \
            refused, nothing was changed.
            """)

    @Argument(help: "The version, or its beginning.")
    var version: String

    @Option(help: "Why.")
    var reason: String?

    @Flag(help: "Reject it; needs a reason.")
    var reject = false

    @OptionGroup var database: DatabaseOptions

    func validate() throws {
        guard !reject || reason != nil else { throw ValidationError("to reject it, give --reason") }
    }

    func run() async throws {
        let (version, reason, reject) = (version, reason, reject)
        say(
            try await refusable {
                try await database.with { database -> String in
                    let acts = CatalogActs(database: database)
                    let found = try await acts.find(version).version
                    if reject, let reason { return try await acts.reject(version: found, why: reason) }
                    // What is in force has to be readable: workers wait for as long as it is not.
                    guard try await acts.body(of: found).map({ try Catalog(body: $0).version }) == found else {
                        note("catalog \(found) is not as this version of the program writes it: reject it")
                        throw ExitCode(4)
                    }
                    return try await acts.approve(version: found, why: reason)
                }
            })
    }
}
