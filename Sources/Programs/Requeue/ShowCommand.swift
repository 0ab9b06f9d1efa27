import ArgumentParser
import Foundation
import Operations
import OperatorConsole

struct ShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Shows everything about one case. Changes nothing.",
        discussion: """
            ID is a case's id or its beginning; the id of any round, as a message in a dead-letter queue carries it, stands \
            for its case. Exit code 3 when it is unknown.
            """)

    @Argument(help: "The case's id, or its beginning.")
    var id: String

    @Flag(help: "Show the message's body too, to a pipe or a file byte by byte; it may be personal data.")
    var body = false

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var database: DatabaseOptions

    func run() async throws {
        let (id, body) = (id, body)
        let report = try await database.with { database in
            let inquiries = IncidentInquiries(database: database)
            let line = try await known { try await inquiries.find([id])[0] }
            return try await inquiries.report(on: line, withBody: body)
        }
        if json { return try printJSON(report) }
        say(report.text)
        if let body = report.message?.body { sayBody(body) }
    }
}

/// Ends with exit code 3 where an id is unknown, and with 64 where it may be several.
func known<Value>(_ body: () async throws -> Value) async throws -> Value {
    do {
        return try await body()
    } catch let error as NoSuchIncident {
        note("Error: \(error)")
        throw ExitCode(3)
    } catch let error as AmbiguousIncident {
        throw ValidationError("\(error)")
    }
}
