import ArgumentParser
import Foundation
import Operations
import OperatorConsole

struct ShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Shows what became of a deal.",
        discussion: """
            KEY is an opportunity, contract, correlation id, event id, handoff id or a target's own id. Exit code 3 when \
            nothing is known under it.
            """)

    @Argument(help: "What to look for.")
    var key: String

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var options: DatabaseOptions

    func run() async throws {
        let key = key
        let inquiry = try await options.with { try await Inquiries(database: $0).show(key) }
        if json {
            try printJSON(inquiry)
        } else {
            for handoff in inquiry.handoffs { print(handoff.text) }
            for event in inquiry.events { print(event.text) }
        }
        if inquiry.isEmpty {
            note("nothing is known under '\(key)'")
            throw ExitCode(3)
        }
    }
}

extension HandoffReport {
    /// The report as a person reads it.
    var text: String {
        var lines = [
            "deal         \(opportunity) / \(contract) / version \(version)",
            "customer     \(customer.isEmpty ? "-" : customer)",
            "worth        \(amountText(totalMinor, currency))",
            "state        \(state) in \(queue), since \(since.formatted(.iso8601))",
            "whose turn   \(turn)",
        ]
        if let lateBecause { lines.append("late through \(lateBecause.rawValue)") }
        if let nextTry { lines.append("next look    \(nextTry.formatted(.iso8601))") }
        if let lastError { lines.append("last error   \(lastError)") }
        if let incident { lines.append("incident     \(incident) (\(incidentClass ?? "-"))") }
        lines.append("CRM          \(statusWritten ? "is up to date" : "is being told")")
        lines.append("handoff      \(handoff)")
        lines.append("correlation  \(correlationID)")
        for choice in choices {
            let when = choice.at.formatted(.iso8601)
            lines.append("chosen       \(choice.what) = \(choice.value), by \(choice.by) at \(when): \(choice.why)")
        }
        for step in steps {
            let failures = step.failedAttempts > 0 ? ", \(step.failedAttempts) failed" : ""
            lines.append("  \(step.state)\t\(step.step)\t\(step.externalID ?? "-")\(failures)")
        }
        return lines.joined(separator: "\n")
    }
}

extension EventReport {
    /// The event as a person reads it.
    var text: String {
        "event        \(source) \(event): \(outcome)" + (reason.map { " (\($0))" } ?? "")
            + (copies > 0 ? ", and \(copies) copies" : "")
    }
}
