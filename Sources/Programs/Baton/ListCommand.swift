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

    @Flag(help: "Only those that do not go on, the longest trouble first, each with its cause and since when.")
    var late = false

    @Option(help: "Only of this opportunity, contract, event id or correlation id.")
    var deal: String?

    @Option(help: "Only of customers whose name contains this, in any case.")
    var customer: String?

    @Option(help: "Only in this state, such as parked or rejected.")
    var state: String?

    @Option(help: "Only those that wait for this team, such as sales_operations.")
    var owner: String?

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var options: DatabaseOptions

    func validate() throws {
        guard (1...100_000).contains(limit) else { throw ValidationError("--limit must be between 1 and 100000") }
        _ = try filter()
    }

    private func filter() throws -> HandoffFilter {
        var filter = HandoffFilter()
        filter.limit = limit
        filter.isLate = late
        filter.deal = deal
        filter.customer = customer
        filter.state = try state.map { try Known.state($0) }
        filter.owner = try owner.map { try Known.owner($0) }
        return filter
    }

    func run() async throws {
        let (wanted, late) = (try filter(), late)
        let lines = try await options.with { database in
            try await Inquiries(database: database).list(
                wanted, readyStep: DealHandoff.projectReadyStep, projectStep: DealHandoff.projectStep)
        }
        if json { return try printJSON(lines) }
        if late { return printLate(lines) }
        let rows = lines.reversed().map { line in
            [
                line.deal, line.customer, amountText(line.totalMinor, line.currency), line.state,
                line.projectID ?? "-", line.secondsToProjectReady.map { String(format: "%.2f s", $0) } ?? "-",
            ]
        }
        say(table([["DEAL", "CUSTOMER", "AMOUNT", "STATE", "PROJECT", "PROJECT READY AFTER"]] + rows))
    }

    private func printLate(_ lines: [HandoffLine]) {
        let rows = lines.map { line in
            [
                line.deal, line.customer, amountText(line.totalMinor, line.currency), line.state, line.queue,
                line.lateBecause?.rawValue ?? "-", line.since.formatted(.iso8601),
                line.owner?.replacing("_", with: " ") ?? "-", line.incident.map { String($0.prefix(8)) } ?? "-",
            ]
        }
        say(table([["DEAL", "CUSTOMER", "AMOUNT", "STATE", "QUEUE", "LATE THROUGH", "SINCE", "OWNER", "CASE"]] + rows))
    }
}

extension HandoffLine {
    /// Opportunity, contract and version.
    fileprivate var deal: String { "\(opportunity)/\(contract)/\(version > 0 ? "\(version)" : "-")" }
}
