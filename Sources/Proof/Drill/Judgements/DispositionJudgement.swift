/// The disposition of every event is the one that its content and version call for.
enum DispositionJudgement {
    private struct Answered {
        var message: PublishedMessage
        var event: StoreEvidence.Event

        var name: String { "\(message.opportunity ?? "-")/\(message.contract ?? "-")/\(message.version ?? 0)" }
        var contract: String { "\(message.opportunity ?? "-")/\(message.contract ?? "-")" }
    }

    static func judge(_ evidence: Evidence) -> [Violation] {
        let records = Dictionary(
            evidence.store.events.map { ("\($0.source)/\($0.eventID)", $0) }, uniquingKeysWith: { first, _ in first })
        var seen: Set<String> = []
        let answered = evidence.published.compactMap { message -> Answered? in
            let key = "\(message.source ?? "")/\(message.eventID ?? "")"
            guard message.eventID != nil, seen.insert(key).inserted else { return nil }
            return records[key].map { Answered(message: message, event: $0) }
        }
        let accepted = Dictionary(grouping: answered.filter { $0.event.outcome == "accepted" }, by: \.contract)
        return Dictionary(grouping: answered, by: \.name).sorted { $0.key < $1.key }.flatMap { name, answered in
            judge(name, answered, versionsAccepted: accepted[answered[0].contract]?.compactMap(\.message.version) ?? [])
        }
    }

    /// All events that name one version of one contract.
    private static func judge(_ name: String, _ answered: [Answered], versionsAccepted: [Int]) -> [Violation] {
        let accepted = answered.filter { $0.event.outcome == "accepted" }
        var found: [Violation] = []
        if accepted.count > 1 {
            found.append(Violation(.disposition, deal: name, "was accepted \(accepted.count) times"))
        }
        for one in answered {
            let id = "event \(one.event.eventID)"
            if one.event.outcome != "accepted", one.event.reason == nil {
                found.append(Violation(.disposition, deal: name, key: id, "is \(one.event.outcome) without a reason"))
            }
            if one.message.startsNothing != (one.event.outcome == "ignored") {
                found.append(Violation(.disposition, deal: name, key: id, "is \(one.event.outcome) at its stage"))
            }
            let isSame = accepted.first.map { $0.message.content == one.message.content }
            let fits =
                switch one.event.outcome {
                case "duplicate": isSame == true
                case "conflict": isSame == false
                case "stale": versionsAccepted.contains { $0 > one.message.version ?? 0 }
                default: true
                }
            if !fits { found.append(Violation(.disposition, deal: name, key: id, "is wrongly \(one.event.outcome)")) }
        }
        return found
    }
}
