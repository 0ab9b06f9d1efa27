/// What kind of thing an effect is: it decides what can go wrong with it.
package enum EffectKind: Sendable {
    /// A transaction of the store.
    case transaction
    /// A message that is published.
    case publication
    /// A delivery that is acknowledged.
    case acknowledgement
    /// A call that asks a target.
    case question
    /// A call that changes a target.
    case call

    var faults: [Fault.Kind] {
        switch self {
        case .transaction: [.crashBefore, .crashAfter, .notDone, .answerLost, .overtaken]
        case .publication: [.crashBefore, .crashAfter, .notDone, .answerLost, .doubled, .overtaken]
        case .acknowledgement: [.crashBefore, .crashAfter, .notDone, .doubled, .overtaken]
        case .question: [.crashBefore, .crashAfter, .notDone, .overtaken]
        case .call: [.crashBefore, .crashAfter, .notDone, .answerLost, .late, .overtaken]
        }
    }
}

/// Something that goes wrong with one effect of a run.
package struct Fault: Sendable, Hashable, CustomStringConvertible {
    package enum Kind: String, Sendable, CaseIterable {
        /// The worker dies before it.
        case crashBefore
        /// It is done, and the worker dies before it hears so.
        case crashAfter
        /// It is not done, and the worker does not know.
        case notDone
        /// It is done, and the worker does not know.
        case answerLost
        /// It is done twice.
        case doubled
        /// It is done after the worker has given up waiting, at the last moment at which that is possible.
        case late
        /// It is done later still, when asking about it already counted: only a later look can find it.
        case afterSettled
        /// The worker stands still before it until others have taken over, and then goes on.
        case overtaken
    }

    /// The number of the effect, from 1.
    package let effect: Int
    /// What goes wrong; nil where the effect's kind and `roll` decide it.
    package let kind: Kind?
    /// Decides what is left open.
    package let roll: UInt64

    package init(effect: Int, kind: Kind?, roll: UInt64 = 0) {
        self.effect = effect
        self.kind = kind
        self.roll = roll
    }

    package var description: String { "\(kind?.rawValue ?? "any fault") at \(effect)" }

    /// What goes wrong with an effect of this kind; nil where that cannot happen to it.
    func happening(to effect: EffectKind) -> Kind? {
        let faults = effect.faults
        guard let kind else { return faults[Int(roll % UInt64(faults.count))] }
        // Not one that dice throw: what it leaves behind is there twice until it is looked at.
        if kind == .afterSettled { return effect == .call ? kind : nil }
        return faults.contains(kind) ? kind : nil
    }
}

/// Dice that fall the same way for the same seed.
package struct Dice: RandomNumberGenerator, Sendable {
    private var state: UInt64

    package init(seed: UInt64) {
        state = seed
    }

    /// SplitMix64.
    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
