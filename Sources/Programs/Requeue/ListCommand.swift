import ArgumentParser
import Fleet
import Foundation
import Handoffs
import Operations
import OperatorConsole
import Workers

struct ListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists cases, the longest trouble first. Changes nothing.",
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
        let (lines, totals, pauses, copies) = try await database.with { database in
            let inquiries = IncidentInquiries(database: database)
            return (
                try await inquiries.list(wanted), try await inquiries.totals(wanted),
                try await Pauses(database: database).all(),
                try await StoreGauges(database: database).standingCopies()
            )
        }
        if json {
            try printJSON(lines)
        } else if !lines.isEmpty {
            say(incidentTable(lines, now: Date()))
        }
        let shown = lines.count < totals.count ? ", the first \(lines.count) shown (--limit)" : ""
        note("\(totals.text(state.rawValue))\(shown); \(await deadLetters(besides: copies))")
        for pause in pauses { note("paused: \(pause.text)") }
    }

    /// What stands in the dead-letter queues and has no incident, in words; never a reason to fail.
    private func deadLetters(besides copies: [String: Int]) async -> String {
        do {
            return try await broker.with { publisher in
                guard let publisher else { return "dead-letter queues not looked at: BATON_AMQP_URL is not set" }
                let queues = DeadLetterQueue.all(beside: Queue.all.map(\.name))
                let counts = try await publisher.deadLetters(in: queues)
                let missing = counts.filter { $0.messages == nil }.map(\.queue)
                var words: [String] = zip(queues, counts).compactMap { queue, count in
                    let standing = queue == .unrouted ? 0 : copies[queue.workQueue] ?? 0
                    let left = (count.messages ?? 0) - standing
                    guard left > 0 else { return nil }
                    return "\(left) \(left == 1 ? "message" : "messages") in \(queue.name) without an incident yet "
                        + "('requeue drain')"
                }
                if !missing.isEmpty {
                    words.append("the broker lacks \(missing.joined(separator: ", ")) ('baton topology apply')")
                }
                return words.isEmpty ? "every dead letter has its incident" : words.joined(separator: ", ")
            }
        } catch {
            return "dead-letter queues not looked at: \(error)"
        }
    }
}

extension IncidentFilter.State: ExpressibleByArgument {}
