import ArgumentParser
import Foundation
import Handoffs
import Operations
import OperatorConsole

struct ListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists the newest deals: how each stands and how long its project took.")

    @Option(help: "How many at most.")
    var limit = 100

    @Flag(help: "Only those that wait or are parked, the longest first, each with its cause and since when.")
    var late = false

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var options: DatabaseOptions

    func validate() throws {
        guard (1...100_000).contains(limit) else { throw ValidationError("--limit must be between 1 and 100000") }
    }

    func run() async throws {
        let (limit, late) = (limit, late)
        let lines = try await options.with { database in
            try await Inquiries(database: database).list(
                limit: limit, lateOnly: late, readyStep: DealHandoff.projectReadyStep,
                projectStep: DealHandoff.projectStep)
        }
        if json { return try printJSON(lines) }
        if late { return printLate(lines) }
        let rows = lines.reversed().map { line in
            [
                line.deal, line.customer, amountText(line.totalMinor, line.currency), line.state,
                line.projectID ?? "-", line.secondsToProjectReady.map { String(format: "%.2f s", $0) } ?? "-",
            ]
        }
        print(table([["DEAL", "CUSTOMER", "AMOUNT", "STATE", "PROJECT", "PROJECT READY AFTER"]] + rows))
    }

    private func printLate(_ lines: [HandoffLine]) {
        let rows = lines.map { line in
            [
                line.deal, line.customer, amountText(line.totalMinor, line.currency), line.state, line.queue,
                line.lateBecause?.rawValue ?? "-", line.since.formatted(.iso8601),
            ]
        }
        print(table([["DEAL", "CUSTOMER", "AMOUNT", "STATE", "QUEUE", "LATE THROUGH", "SINCE"]] + rows))
    }
}

extension HandoffLine {
    /// Opportunity, contract and version.
    fileprivate var deal: String { "\(opportunity)/\(contract)/\(version)" }
}
