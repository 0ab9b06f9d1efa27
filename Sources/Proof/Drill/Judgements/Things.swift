import Crypto
import Fleet
import Foundation

/// The things that the sandbox's log tells of, from their making to their end, and whose they are.
struct Things {
    /// A thing that a call made.
    struct Thing {
        var made: SandboxEffect
        /// When it was taken back: the number of the line.
        var gone: Int?
        /// The step under whose key it was made.
        var step: StoreEvidence.Step?
        var handoff: StoreEvidence.Handoff?
        /// Whether it came late beside another, and is accounted for: then no order holds for it.
        var isCopy: Bool

        var isLive: Bool { gone == nil }
        /// `create_project PRJ-000001` for a reader.
        var name: String { "\(made.verb) \(made.id)" }
    }

    private(set) var all: [Thing] = []
    /// Lines that took back what was not there.
    private(set) var strayEnds: [SandboxEffect] = []
    let handoffs: [String: StoreEvidence.Handoff]

    init(_ evidence: Evidence) {
        let steps = evidence.store.stepsByWireKey
        handoffs = Dictionary(evidence.store.handoffs.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let copies = EffectJudgements.copies(evidence)
        var live: [String: Int] = [:]
        for effect in evidence.effects.sorted(by: { $0.seq < $1.seq }) {
            if effect.isCreation {
                live[effect.thing] = all.count
                let step = steps[effect.key]
                all.append(
                    Thing(
                        made: effect, step: step, handoff: step.flatMap { handoffs[$0.handoff] },
                        isCopy: copies.contains(effect.thing)))
            } else if effect.takesBack != nil {
                if let place = live.removeValue(forKey: effect.thing) {
                    all[place].gone = effect.seq
                } else {
                    strayEnds.append(effect)
                }
            }
        }
    }

    /// A key as it goes over the wire: a hash, in small hexadecimal digits.
    static func wireKey(_ key: String) -> String {
        SHA256.hash(data: Data(key.utf8)).hexadecimal
    }
}

extension StoreEvidence {
    /// The step of each key as it goes over the wire.
    var stepsByWireKey: [String: Step] {
        Dictionary(steps.map { (Things.wireKey($0.key), $0) }, uniquingKeysWith: { first, _ in first })
    }
}
