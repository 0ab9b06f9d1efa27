import ArgumentParser
import Foundation
import Operations
import OperatorConsole

struct ShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Shows what became of a deal.",
        discussion: """
            KEY is an opportunity, contract, correlation id, event id, handoff id, case id or a target's own id; a deal whose \
            event was refused is found like any other. Exit code 3 when nothing is known under it.
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
            for handoff in inquiry.handoffs { say(handoff.text) }
            for refused in inquiry.refused { say(refused.dealText) }
            for incident in inquiry.incidents { say(incident.noticeText) }
            for event in inquiry.events { say(event.text) }
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
        for pause in pauses { lines.append("paused       \(pause.text)") }
        if let lateBecause { lines.append("late through \(lateBecause.rawValue)") }
        if let nextTry { lines.append("next look    \(nextTry.formatted(.iso8601))") }
        if let lastError { lines.append("last error   \(lastError)") }
        if let incident {
            let team = incidentOwner.map { ", decided by \($0.replacing("_", with: " "))" } ?? ""
            lines.append("incident     \(incident) (\(incidentClass ?? "-"))\(team)")
        }
        lines.append("CRM          \(statusWritten ? "is up to date" : "is being told")")
        lines.append("handoff      \(handoff)")
        lines.append("correlation  \(correlationID)")
        for choice in choices {
            let when = choice.at.formatted(.iso8601)
            lines.append("chosen       \(choice.what) = \(choice.value), by \(choice.by) at \(when): \(choice.why)")
        }
        for step in steps {
            let failures = step.failedAttempts > 0 ? ", \(step.failedAttempts) failed" : ""
            let origin = step.cameToBe.map { ", \($0)" } ?? ""
            lines.append("  \(step.state)\t\(step.step)\t\(step.externalID ?? "-")\(origin)\(failures)")
        }
        return page(lines)
    }
}

extension EventReport {
    /// The event as a person reads it.
    var text: String {
        page([
            "event        \(source) \(event): \(outcome)" + (reason.map { " (\($0))" } ?? "")
                + (copies > 0 ? ", and \(copies) \(copies == 1 ? "copy" : "copies")" : "")
        ])
    }
}

extension IncidentLine {
    /// What waits for people and holds no deal up, in one line.
    fileprivate var noticeText: String {
        page([
            "incident     \(caseID) (\(incidentClass), \(status)), decided by \(owner.replacing("_", with: " ")): \(story)"
        ])
    }

    /// A deal whose event was refused, as a person reads it.
    fileprivate var dealText: String {
        let isOver = closedAt != nil
        let amount = totalMinor.flatMap { total in currency.map { amountText(total, $0) } } ?? "-"
        var lines = [
            "deal         \(opportunity ?? "-") / \(contract ?? "-") / version \(version.map { "\($0)" } ?? "-")",
            "customer     \(customer ?? "-")",
            "worth        \(amount)",
            "state        rejected (\(incidentClass)) in \(queue), since \(since.formatted(.iso8601))"
                + (isOver ? "; \(status)" : ""),
            "whose turn   " + (isOver ? "nobody: it is closed" : owner.replacing("_", with: " ")),
        ]
        if let closedAt {
            let because = why.map { ", because \($0)" } ?? ""
            lines.append("closed       by \(closedBy ?? "-") at \(closedAt.formatted(.iso8601))\(because)")
        }
        lines.append("incident     \(caseID) (\(incidentClass)), decided by \(owner.replacing("_", with: " "))")
        if let eventID { lines.append("event        \(eventSource ?? "-") \(eventID): rejected") }
        if repeats > 0 { lines.append("seen         \(repeats + 1) times") }
        lines.append("correlation  \(correlationID)")
        if findings.isEmpty { lines.append("reason       \(story)") }
        for finding in findings {
            lines.append("  \(finding.path) \(finding.text)")
            lines.append("      \(finding.owner.replacing("_", with: " ")): \(finding.cure)")
        }
        return page(lines)
    }
}
