import ArgumentParser
import Foundation
import Handoffs
import Operations
import OperatorConsole
import Workers

struct ListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists incidents, oldest first. Changes nothing.",
        discussion: """
            An asterisk marks those that somebody holds. What was sent is listed as sent until its step has passed: \
            --state sent shows it.
            """)

    @OptionGroup var filter: FilterOptions

    @Option(help: "How they stand: open, held, sent or closed.")
    var state = IncidentFilter.State.open

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var broker: BrokerOptions

    /// Without --limit, no more than a person reads.
    private static let page = 100

    func run() async throws {
        var filter = try filter.filter()
        filter.state = state
        filter.limit = filter.limit ?? (json ? nil : Self.page)
        let wanted = filter
        let (lines, totals) = try await database.with { database in
            let inquiries = IncidentInquiries(database: database)
            return (try await inquiries.list(wanted), try await inquiries.totals(wanted))
        }
        if json {
            try printJSON(lines)
        } else if !lines.isEmpty {
            print(incidentTable(lines, now: Date()))
        }
        let shown = lines.count < totals.count ? ", the first \(lines.count) shown (--limit)" : ""
        note("\(totals.text(state.rawValue))\(shown); \(await deadLetters())")
    }

    /// What stands in the dead-letter queues, in words; never a reason to fail.
    private func deadLetters() async -> String {
        do {
            return try await broker.with { publisher in
                guard let publisher else { return "dead-letter queues not looked at: BATON_AMQP_URL is not set" }
                let counts = try await publisher.deadLetters(of: Queue.all.map(\.name))
                let full = counts.filter { ($0.messages ?? 0) > 0 }
                let missing = counts.filter { $0.messages == nil }.map(\.queue)
                var words = full.map {
                    "\($0.messages ?? 0) messages in \($0.queue) not collected yet ('requeue drain')"
                }
                if !missing.isEmpty {
                    words.append("the broker lacks \(missing.joined(separator: ", ")) ('baton topology apply')")
                }
                return words.isEmpty ? "the dead-letter queues are empty" : words.joined(separator: ", ")
            }
        } catch {
            return "dead-letter queues not looked at: \(error)"
        }
    }
}

extension IncidentFilter.State: ExpressibleByArgument {}
