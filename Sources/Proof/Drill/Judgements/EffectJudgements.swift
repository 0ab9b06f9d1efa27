import Foundation

/// What the targets did, against what the records say: both ways, and each key once.
enum EffectJudgements {
    static func onceEach(_ evidence: Evidence) -> [Violation] {
        let copies = copies(evidence)
        return Dictionary(grouping: evidence.effects) { "\($0.system) \($0.verb) \($0.key)" }
            .sorted { $0.key < $1.key }
            .compactMap { name, effects in
                let count = effects.count { !copies.contains($0.thing) }
                guard effects.count > 1, count > 1 else { return nil }
                if effects.allSatisfy({ $0.replacesAll && $0.hash == effects[0].hash }) { return nil }
                return Violation(.onceEach, key: name, "took effect \(count) times")
            }
    }

    /// What stands beside what the records know and is accounted for: removed, told, or still to be looked at.
    static func copies(_ evidence: Evidence) -> Set<String> {
        removedCopies(evidence).union(toldCopies(evidence)).union(awaitedCopies(evidence))
    }

    /// A target that takes effect late, and a worker that was frozen before it sent, make what another has made in its
    /// place. A later look removes such a copy, under a key made of the step's and the copy's id.
    static func removedCopies(_ evidence: Evidence) -> Set<String> {
        let steps = evidence.store.stepsByWireKey
        let made = Dictionary(
            evidence.effects.filter(\.isCreation).map { ($0.thing, $0.key) }, uniquingKeysWith: { first, _ in first })
        return Set(
            evidence.effects.filter { effect in
                guard effect.takesBack != nil, let key = made[effect.thing].flatMap({ steps[$0]?.key }) else {
                    return false
                }
                return effect.key == Things.wireKey("\(key)/copy/\(effect.id)")
            }.map(\.thing))
    }

    /// Copies that were not removed, and of which people were told instead: by the ids in their incidents' causes.
    static func toldCopies(_ evidence: Evidence) -> Set<String> {
        let ids = evidence.store.incidents.filter { $0.incidentClass == "copy_left" }.compactMap {
            $0.cause.split(separator: "/").last?.lowercased()
        }
        let told = Set(ids)
        return Set(
            evidence.effects.filter { $0.isCreation && told.contains($0.id.lowercased()) }.map(\.thing))
    }

    /// Copies of a handoff that waits for a person: its looks begin when that is over.
    private static func awaitedCopies(_ evidence: Evidence) -> Set<String> {
        let handoffs = evidence.store.handoffsWhoseLooksSleep
        let asleep = Set(
            evidence.store.looks.filter { $0.state == "waiting" && handoffs.contains($0.handoff) }.map {
                "\($0.handoff) \($0.step)"
            })
        let steps = asleep.isEmpty ? [:] : evidence.store.stepsByWireKey
        return Set(
            evidence.effects.filter { effect in
                guard effect.isCreation, let step = steps[effect.key],
                    asleep.contains("\(step.handoff) \(step.name)")
                else { return false }
                return step.externalID?.lowercased() != effect.id.lowercased()
            }.map(\.thing))
    }

    /// What stands according to the records must stand at the target.
    static func effectsThere(_ evidence: Evidence) -> [Violation] {
        let things = Things(evidence)
        let live = Set(things.all.filter(\.isLive).map { $0.made.id.lowercased() })
        return evidence.store.steps.compactMap { step in
            // An announcement's receiver is the broker, which keeps no record of it.
            guard step.stands, step.name != "announce-handoff", let id = step.externalID else { return nil }
            let isThere = live.contains(id.lowercased())
            let handoff = things.handoffs[step.handoff]
            if step.isEnding {
                guard isThere, step.state == "done" else { return nil }
                return Violation(.effectThere, deal: handoff?.name, key: "\(step.name)", "is done and it still stands")
            }
            if isThere { return nil }
            if let handoff, isReplaced(step, of: handoff, in: evidence) { return nil }
            return Violation(
                .effectThere, deal: handoff?.name, key: "\(step.name) \(id)",
                "is \(step.state) and not there at the target")
        }
    }

    /// A later version of the contract has made its own in its place.
    private static func isReplaced(
        _ step: StoreEvidence.Step, of handoff: StoreEvidence.Handoff, in evidence: Evidence
    ) -> Bool {
        let later = evidence.store.handoffs.filter {
            $0.opportunity == handoff.opportunity && $0.contract == handoff.contract && $0.version > handoff.version
        }
        return later.contains { other in
            evidence.store.steps.contains { $0.handoff == other.id && $0.name == step.name && $0.stands }
        }
    }

    /// What stands at a target must belong to a record that says so.
    static func effectsOwned(_ evidence: Evidence) -> [Violation] {
        let things = Things(evidence)
        let claims = Dictionary(
            evidence.store.claims.map { (Things.wireKey($0.key), $0) }, uniquingKeysWith: { first, _ in first })
        let stray = things.strayEnds.map {
            Violation(.effectOwned, key: "\($0.verb) \($0.id)", "took back what was not there")
        }
        return stray
            + things.all.filter { $0.isLive && !$0.isCopy }.compactMap { thing in
                if let step = thing.step {
                    guard !step.stands else { return nil }
                    return Violation(
                        .effectOwned, deal: thing.handoff?.name, key: thing.name,
                        "stands at the target although its step is \(step.state)")
                }
                guard let claim = claims[thing.made.key] else {
                    return Violation(.effectOwned, key: thing.name, "belongs to no record")
                }
                guard claim.externalID?.lowercased() != thing.made.id.lowercased() else { return nil }
                return Violation(
                    .effectOwned, key: thing.name,
                    "is not the \(claim.thing) that its claim names: "
                        + (claim.externalID ?? "none"))
            }
    }

    /// Nothing is in doubt once its handoff is closed, and a finished deal has all its steps behind it.
    static func outcomesKnown(_ evidence: Evidence) -> [Violation] {
        let handoffs = Dictionary(evidence.store.handoffs.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let undoing = Set(evidence.store.handoffs.filter { $0.kind == "cancel" && !$0.isClosed }.map(\.opportunity))
        return evidence.store.steps.compactMap { step in
            guard let handoff = handoffs[step.handoff], handoff.isClosed else { return nil }
            let isInDoubt = step.state == "intent" || step.state == "undoing"
            let isOpen = handoff.state == "finished" && step.state == "planned"
            guard isOpen || (isInDoubt && !undoing.contains(handoff.opportunity)) else { return nil }
            return Violation(
                .outcomeKnown, deal: handoff.name, key: step.name,
                "is \(step.state) although the handoff is \(handoff.state)")
        }
    }
}
