import Foundation
import Operations
import OperatorConsole

/// Incidents as columns for people; ids are as short as they can be and still tell them apart.
func incidentTable(_ lines: [IncidentLine], now: Date) -> String {
    let length = distinguishingLength(of: lines.map(\.incident))
    let rows = lines.map { line in
        [
            String(line.incident.description.prefix(length)), line.incidentClass, line.deal, line.customer ?? "-",
            line.amount, line.queue, line.step ?? "-", Age.text(seconds: now.timeIntervalSince(line.openedAt)),
            line.status + (line.isHeld ? " *" : ""), line.owner,
        ]
    }
    let head = ["ID", "CLASS", "DEAL", "CUSTOMER", "AMOUNT", "QUEUE", "STEP", "AGE", "STATE", "OWNER"]
    return table([head] + rows)
}

extension IncidentLine {
    /// Opportunity, contract and version; for a message, the id that follows it.
    var deal: String {
        guard let opportunity, let contract, let version else { return "message \(correlationID)" }
        return "\(opportunity)/\(contract)/\(version)"
    }

    /// What the deal is worth.
    var amount: String {
        guard let totalMinor, let currency else { return "-" }
        return amountText(totalMinor, currency)
    }
}

extension IncidentTotals {
    /// Such as `3 open incidents, 100.00 EUR and 5.00 USD`.
    func text(_ state: String) -> String {
        let sums = amounts.map { amountText($0.totalMinor, $0.currency) }.filter { $0 != "-" }.joined(
            separator: " and ")
        return "\(count) \(state) \(count == 1 ? "incident" : "incidents")" + (sums.isEmpty ? "" : ", \(sums)")
    }
}
