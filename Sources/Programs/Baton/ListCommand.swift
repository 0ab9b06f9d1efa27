import ArgumentParser
import Deals
import Foundation
import Handoffs
import Operations

struct ListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists the newest deals: how each stands and how long its project took.")

    @Option(help: "How many at most.")
    var limit = 100

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var options: DatabaseOptions

    func validate() throws {
        guard (1...100_000).contains(limit) else { throw ValidationError("--limit must be between 1 and 100000") }
    }

    func run() async throws {
        let limit = limit
        let lines = try await options.with { database in
            try await Inquiries(database: database).list(
                limit: limit, readyStep: DealHandoff.projectReadyStep, projectStep: DealHandoff.projectStep)
        }
        if json { return try printJSON(lines) }
        let rows = lines.reversed().map { line in
            [
                "\(line.opportunity)/\(line.contract)/\(line.version)", line.customer, amount(line), line.state,
                line.projectID ?? "-", line.secondsToProjectReady.map { String(format: "%.2f s", $0) } ?? "-",
            ]
        }
        print(table([["DEAL", "CUSTOMER", "AMOUNT", "STATE", "PROJECT", "PROJECT READY AFTER"]] + rows))
    }

    private func amount(_ line: HandoffLine) -> String {
        guard let currency = Currency(line.currency) else { return "\(line.totalMinor) \(line.currency)" }
        return Money(minorUnits: line.totalMinor, currency: currency).description
    }
}

/// Rows as columns of equal width.
func table(_ rows: [[String]]) -> String {
    let columns = rows.first?.count ?? 0
    let widths = (0..<columns).map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
        zip(row, widths).map { cell, width in cell + String(repeating: " ", count: width - cell.count) }
            .joined(separator: "  ").trimmingCharacters(in: .whitespaces)
    }.joined(separator: "\n")
}
