import Crypto
import Foundation

/// A deal of the workload: what is sold, and what becomes of it.
struct DealStory: Sendable {
    /// What a target will never do for a deal that is refused.
    enum Refusal: Sendable, CaseIterable {
        /// The ERP refuses the project: nothing is made yet but the customer.
        case project
        /// The ERP refuses the billing schedule: project and tasks are there.
        case billingSchedule
    }

    let opportunity: String
    let contract: String
    let fate: PublishedMessage.Fate
    let refusal: Refusal?
    private let customer: [String: String]
    private let entity: String
    private let currency: String
    private let amounts: [Int64]

    /// Marks what the ERP refuses: its fault rules look for these texts in what they are asked.
    static let refusedProject = "REFUSED-PROJECT", refusedSchedule = "refused schedule"

    init(number: Int, run: String, fate: PublishedMessage.Fate, customers: Int, dice: inout Dice) {
        let refusal = fate == .isRefused ? Refusal.allCases.randomElement(using: &dice) : nil
        opportunity = "OPP-\(run)-\(number)"
        contract = refusal == .project ? "CT-\(run)-\(Self.refusedProject)-\(number)" : "CT-\(run)-\(number)"
        self.fate = fate
        self.refusal = refusal
        let buyer = Int.random(in: 0..<max(customers, 1), using: &dice)
        // Entity and currency go with the customer, so that deals of one buyer share the ERP's record.
        let place = [("DE01", "EUR", "DE"), ("US01", "USD", "US"), ("JP01", "JPY", "JP")][buyer % 3]
        entity = place.0
        currency = place.1
        customer = [
            "name": "Buyer \(buyer)", "taxId": "TAX\(100_000 + buyer)", "email": "ap@buyer\(buyer).example",
            "country": place.2,
        ]
        amounts = (0..<Int.random(in: 1...3, using: &dice)).map { _ in Int64.random(in: 1...9_999_999, using: &dice) }
    }

    /// The event that tells a version of the deal; `other` content is worth more.
    func deal(
        version: Int, eventID: String, stage: String = "Closed Won", other: Bool = false
    ) throws -> Workload.Dispatch {
        // A later version costs more and has one line more.
        let amounts = amounts.map { $0 + Int64(version - 1) * 1000 + (other ? 1 : 0) } + (version > 1 ? [7_777] : [])
        let data: [String: Any] = [
            "opportunity": opportunity, "contract": contract, "version": version, "legalEntity": entity,
            "currency": currency, "customer": customer, "totalMinor": amounts.reduce(0, +), "paymentTermsDays": 30,
            "lines": lines(amounts), "milestones": milestones(amounts),
            "approval": ["status": "approved", "approver": "Petra Lang", "approvedAt": "2026-11-20T16:05:00Z"],
            "deliveryOwner": ["name": "Jonas Weber", "email": "jonas.weber@example.com"],
            "contractPeriod": ["start": "2027-01-31", "end": "2027-12-31"],
        ]
        var message = message(.deal, version: version, eventID: eventID)
        message.content = try Self.hash(data)
        message.totalMinor = amounts.reduce(0, +)
        message.currency = currency
        message.startsNothing = stage != "Closed Won"
        return try dispatch(
            message, type: "deal.updated.v1", data: data.merging(["stage": stage]) { first, _ in first })
    }

    /// The event that cancels every earlier version.
    func cancellation(version: Int, eventID: String) throws -> Workload.Dispatch {
        let data: [String: Any] = [
            "opportunity": opportunity, "contract": contract, "version": version, "reason": "the customer withdrew",
        ]
        var message = message(.cancellation, version: version, eventID: eventID)
        message.content = try Self.hash(data)
        return try dispatch(message, type: "deal.cancelled.v1", data: data)
    }

    private func lines(_ amounts: [Int64]) -> [[String: Any]] {
        amounts.enumerated().map { index, amount in
            // The last of several lines is billed by milestones; a schedule's text is a milestone's name.
            let isMilestone = index == amounts.count - 1 && (index > 0 || refusal == .billingSchedule)
            let billing: [String: Any] =
                isMilestone ? ["model": "milestone"] : ["model": "fixed_fee", "installments": index + 3]
            return [
                "number": index + 1, "service": "IMPL-\(index + 1)", "description": "Work package \(index + 1)",
                "amountMinor": amount, "billing": billing,
            ]
        }
    }

    private func milestones(_ amounts: [Int64]) -> [[String: Any]] {
        guard let amount = amounts.last, amounts.count > 1 || refusal == .billingSchedule else { return [] }
        let name = refusal == .billingSchedule ? Self.refusedSchedule : "Signed off"
        return [("2027-03-01", amount / 2), ("2027-06-30", amount - amount / 2)].map { due, amount in
            ["line": amounts.count, "name": name, "due": due, "amountMinor": amount]
        }
    }

    private func message(_ kind: PublishedMessage.Kind, version: Int, eventID: String) -> PublishedMessage {
        var message = PublishedMessage(kind, messageID: eventID, queue: "deal-events")
        message.source = "salesforce"
        message.eventID = eventID
        message.opportunity = opportunity
        message.contract = contract
        message.version = version
        message.fate = fate
        return message
    }

    private func dispatch(_ message: PublishedMessage, type: String, data: [String: Any]) throws -> Workload.Dispatch {
        let event: [String: Any] = [
            "specversion": "1.0", "id": message.messageID, "source": "salesforce", "type": type,
            "time": "2026-11-21T08:00:00Z", "data": data,
        ]
        return Workload.Dispatch(
            message: message, exchange: "deals", routingKey: "salesforce.\(type)", body: try Self.json(event))
    }

    private static func json(_ value: [String: Any]) throws -> [UInt8] {
        Array(try JSONSerialization.data(withJSONObject: value, options: [.sortedKeys]))
    }

    private static func hash(_ data: [String: Any]) throws -> String {
        SHA256.hash(data: try json(data)).prefix(8).map { String($0, radix: 16) }.joined(separator: ".")
    }
}
