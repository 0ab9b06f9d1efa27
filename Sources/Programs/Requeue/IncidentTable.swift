import Foundation
import Operations
import OperatorConsole

/// Cases as columns for people; ids are as short as they can be and still tell them apart.
func incidentTable(_ lines: [IncidentLine], now: Date) -> String {
    let length = distinguishingLength(of: lines.map(\.caseID))
    let rows = lines.map { line in
        [
            String(line.caseID.description.prefix(length)), "\(line.round)", line.incidentClass, line.deal,
            line.customer ?? "-", line.amount, line.queue, line.step ?? "-",
            Age.text(seconds: now.timeIntervalSince(line.since)), line.standing, line.owner, line.reason,
        ]
    }
    let head = [
        "CASE", "ROUND", "CLASS", "DEAL", "CUSTOMER", "AMOUNT", "QUEUE", "STEP", "AGE", "STATE", "OWNER", "REASON",
    ]
    return table([head] + rows)
}

extension IncidentLine {
    /// How much of a reason a row shows; `requeue show` has all of it.
    private static let shownReason = 60

    /// Opportunity, contract and version, as far as they are known; for a message of none, the id that follows it.
    var deal: String {
        guard opportunity != nil || contract != nil else { return "message \(eventID ?? correlationID)" }
        return "\(opportunity ?? "-")/\(contract ?? "-")/\(version.map { "\($0)" } ?? "-")"
    }

    /// What the deal is worth.
    var amount: String {
        guard let totalMinor, let currency else { return "-" }
        return amountText(totalMinor, currency)
    }

    /// How it stands, whether somebody holds it, and how often its message came.
    fileprivate var standing: String {
        status + (isHeld ? " *" : "") + (repeats > 0 ? ", came \(repeats + 1) times" : "")
    }

    /// The beginning of the story.
    fileprivate var reason: String {
        story.count > Self.shownReason ? "\(story.prefix(Self.shownReason - 1))…" : story
    }
}

extension IncidentTotals {
    /// Such as `3 open incidents, 100.00 EUR and 5.00 USD held up; 9.00 EUR of deals that go on all the same`.
    func text(_ state: String) -> String {
        let (held, others) = (Self.text(amounts), Self.text(otherAmounts))
        return "\(count) \(state) \(count == 1 ? "incident" : "incidents")"
            + (held.isEmpty ? "" : ", \(held) held up")
            + (others.isEmpty ? "" : "; \(others) of deals that go on all the same")
    }

    private static func text(_ amounts: [Amount]) -> String {
        amounts.map { amountText($0.totalMinor, $0.currency) }.filter { $0 != "-" }.joined(separator: " and ")
    }
}
