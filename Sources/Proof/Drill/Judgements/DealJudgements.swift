/// What must hold between the things of one contract.
enum DealJudgements {
    /// Of two things one of which was made before the other, the later one was taken back first.
    static func undoOrder(_ evidence: Evidence) -> [Violation] {
        byContract(evidence).flatMap { _, things in
            things.filter { !isReplaced($0, among: things) }.flatMap { earlier in
                things.compactMap { later in judge(earlier: earlier, later: later) }
            }
        }
    }

    /// A later version took its thing away because it has its own in its place: no compensation.
    private static func isReplaced(_ thing: Things.Thing, among things: [Things.Thing]) -> Bool {
        guard let gone = thing.gone else { return false }
        return things.contains {
            $0.made.verb == thing.made.verb && ($0.handoff?.version ?? 0) > (thing.handoff?.version ?? 0)
                && $0.gone ?? .max > gone
        }
    }

    private static func judge(earlier: Things.Thing, later: Things.Thing) -> Violation? {
        guard earlier.made.seq < later.made.seq, let gone = earlier.gone, gone > later.made.seq else { return nil }
        if let laterGone = later.gone, laterGone < gone { return nil }
        // What a person or a target would not take back stays behind, with its reason.
        if later.gone == nil, later.step?.state == "kept" { return nil }
        return Violation(
            .undoOrder, deal: later.handoff?.name, key: earlier.name,
            "was taken back before \(later.name), which was made after it")
    }

    static func scheduleSums(_ evidence: Evidence) -> [Violation] {
        let accepted = Dictionary(
            evidence.store.events.compactMap { event in
                event.outcome == "accepted" ? event.handoff.map { ($0, "\(event.source)/\(event.eventID)") } : nil
            }, uniquingKeysWith: { first, _ in first })
        let published = Dictionary(
            evidence.published.map { ("\($0.source ?? "")/\($0.eventID ?? "")", $0) },
            uniquingKeysWith: { first, _ in first })
        return Things(evidence).all.filter { $0.isLive && $0.made.verb == "create_billing_schedule" }.compactMap {
            thing in
            guard let handoff = thing.handoff else { return nil }
            let sold = accepted[handoff.id].flatMap { published[$0] }
            let sum = (thing.made.asked.lines ?? []).reduce(0) { $0 + $1.amountMinor }
            let currency = thing.made.asked.currency ?? "-"
            let isRight =
                sum == handoff.totalMinor && currency == handoff.currency
                && sold.map { sum == $0.totalMinor && currency == $0.currency } ?? true
            guard !isRight else { return nil }
            let expected = "\(sold?.totalMinor ?? handoff.totalMinor ?? 0) \(sold?.currency ?? handoff.currency ?? "-")"
            return Violation(
                .scheduleSum, deal: handoff.name, key: thing.name, "sums to \(sum) \(currency), sold was \(expected)")
        }
    }

    static func oneProject(_ evidence: Evidence) -> [Violation] {
        let projects = Things(evidence).all.filter { $0.isLive && !$0.isCopy && $0.made.verb == "create_project" }
        return Dictionary(grouping: projects) { $0.made.asked.contract ?? "-" }.sorted { $0.key < $1.key }
            .compactMap { contract, projects in
                guard projects.count > 1 else { return nil }
                return Violation(
                    .oneProject, deal: contract, key: projects.map(\.made.id).joined(separator: ", "),
                    "has \(projects.count) live projects")
            }
    }

    /// A version's first effect comes after the last of every lower one, and what the CRM is told never gets older.
    static func versionsRise(_ evidence: Evidence) -> [Violation] {
        let deals = byContract(evidence).flatMap { contract, things -> [Violation] in
            let versions = Dictionary(grouping: things) { $0.handoff?.version ?? 0 }.sorted { $0.key < $1.key }
            return zip(versions, versions.dropFirst()).compactMap { lower, higher in
                guard let last = lower.value.map(\.made.seq).max(), let first = higher.value.map(\.made.seq).min(),
                    last > first
                else { return nil }
                return Violation(
                    .versionsRise, deal: contract,
                    "version \(lower.key) had an effect (line \(last)) after version \(higher.key) began (line \(first))"
                )
            }
        }
        let told = Dictionary(grouping: evidence.effects.filter { $0.verb == "write_handoff" }) {
            [$0.id, $0.asked.contract ?? "-"].joined(separator: "/")
        }
        return deals
            + told.sorted { $0.key < $1.key }.compactMap { contract, effects in
                let versions = effects.sorted { $0.seq < $1.seq }.compactMap(\.asked.sourceVersion)
                guard zip(versions, versions.dropFirst()).contains(where: { $0 > $1 }) else { return nil }
                return Violation(
                    .versionsRise, deal: contract,
                    "the CRM was told \(versions.map(String.init).joined(separator: ", "))")
            }
    }

    /// The things of each contract that belong to a handoff.
    private static func byContract(_ evidence: Evidence) -> [(String, [Things.Thing])] {
        Dictionary(grouping: Things(evidence).all.filter { $0.handoff != nil && !$0.isCopy }) {
            "\($0.handoff?.opportunity ?? "-")/\($0.handoff?.contract ?? "-")"
        }.sorted { $0.key < $1.key }
    }
}
