/// Nothing moves any more, and what needs a person is where people look.
enum RestJudgements {
    static func atRest(_ evidence: Evidence) -> [Violation] {
        let holders = Dictionary(
            grouping: evidence.store.handoffs.filter { $0.state == "parked" || $0.asksForApproval }, by: \.opportunity)
        // A change order whose base is not there waits for people, and holds nothing up.
        let asked = Set(
            evidence.store.incidents.filter {
                $0.state == "open" && ["base_missing", "base_stale"].contains($0.incidentClass)
            }.compactMap(\.handoff))
        let handoffs = evidence.store.handoffs.compactMap { handoff -> Violation? in
            if handoff.isClosed || handoff.state == "parked" || handoff.asksForApproval { return nil }
            if handoff.state == "behind", holders[handoff.opportunity] != nil || asked.contains(handoff.id) {
                return nil
            }
            if handoff.state == "scheduled" { return nil }
            let cause = handoff.cause.map { " (\($0))" } ?? ""
            let lease = handoff.state == "running" ? ", a lease is held" : ""
            return Violation(.atRest, deal: handoff.name, "is still \(handoff.state)\(cause)\(lease)")
        }
        let mirrors = evidence.store.mirrors.filter { $0.hasDue || $0.writtenVersion != $0.sourceVersion }.map {
            Violation(
                .atRest, deal: $0.opportunity,
                "the CRM was told state \($0.writtenVersion) of \($0.sourceVersion), and the status is \($0.state)")
        }
        let incidents = evidence.store.incidents.filter { $0.state != "closed" && $0.hasDue }.map {
            Violation(.atRest, key: "incident \($0.id)", "is \($0.state) and its copy is still due")
        }
        let names = Dictionary(
            evidence.store.handoffs.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let asleep = evidence.store.handoffsWhoseLooksSleep
        let looks = evidence.store.looks.filter {
            $0.state != "done" && !($0.state == "waiting" && asleep.contains($0.handoff))
        }.map { look in
            Violation(
                .atRest, deal: names[look.handoff]?.name, key: look.step,
                "was in doubt, and look \(look.round) at it is still \(look.state)")
        }
        return handoffs + mirrors + incidents + looks
    }

    static func incidentsOfParked(_ evidence: Evidence) -> [Violation] {
        let blocking = Dictionary(
            grouping: evidence.store.incidents.filter { $0.holdsUp && $0.handoff != nil }
        ) { $0.handoff ?? "" }
        return evidence.store.handoffs.compactMap { handoff in
            let count = blocking[handoff.id]?.count ?? 0
            guard count != (handoff.state == "parked" ? 1 : 0) else { return nil }
            return Violation(
                .incidentOfParked, deal: handoff.name,
                "is \(handoff.state) and has \(count) open incidents that block it")
        }
    }

    static func deadLetters(_ evidence: Evidence) -> [Violation] {
        let copies = Set(evidence.queues.deadLetters.map { "\($0.queue) \($0.incident?.lowercased() ?? "-")" })
        let rows = Set(evidence.store.incidents.map { $0.id.lowercased() })
        let missing = evidence.store.incidents.filter { $0.state == "open" }.filter {
            !copies.contains("\($0.queue) \($0.id.lowercased())")
        }.map {
            Violation(.deadLetters, key: "incident \($0.id)", "is open and has no copy in \($0.queue).dead")
        }
        let unknown = evidence.queues.deadLetters.filter { !rows.contains($0.incident?.lowercased() ?? "") }.map {
            Violation(
                .deadLetters, key: "message \($0.messageID ?? "-") in \($0.queue).dead",
                $0.incident.map { "names incident \($0), of which there is no row" } ?? "names no incident")
        }
        return missing + unknown
    }

    static func queuesEmpty(_ evidence: Evidence) -> [Violation] {
        evidence.queues.depths.filter { $0.value > 0 }.sorted { $0.key < $1.key }.map {
            Violation(.queuesEmpty, key: "queue \($0.key)", "holds \($0.value) messages")
        }
    }

    static func journal(_ evidence: Evidence) -> [Violation] {
        evidence.store.brokenJournals.map { Violation(.journal, $0) }
    }
}
