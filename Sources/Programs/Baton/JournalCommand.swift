import ArgumentParser
import Operations
import OperatorConsole

struct JournalCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "journal", abstract: "The record of what happened, which only grows.",
        subcommands: [VerifyJournal.self])
}

struct VerifyJournal: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Recomputes every chain. Exit code 4 when an entry was changed, removed or moved.")

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var options: DatabaseOptions

    func run() async throws {
        let result = try await options.with { try await JournalAudit(database: $0).verify() }
        if json {
            try printJSON(result)
        } else {
            for place in result.breaks { say("handoff \(place.handoff), entry \(place.seq): \(place.what)") }
            say("\(result.entries) entries, \(result.breaks.count) breaks")
        }
        if !result.breaks.isEmpty { throw ExitCode(4) }
    }
}
