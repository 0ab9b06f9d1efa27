import Synchronization

/// What happens in one run: its effects are counted, its faults fall due, its complaints and its timeline are kept.
final class Course: Sendable {
    /// What a run does wrong, and which dice decide what is open.
    struct Plan: Sendable {
        var faults: [Fault] = []
        /// Decides in which order messages are delivered and when sweeps come; nil takes them as they come.
        var seed: UInt64?
        /// Whether every effect is written down.
        var isTold = false
    }

    private struct State {
        var effects = 0
        var faults: [Fault]
        var dice: Dice
        var complaints: [String] = []
        var timeline: [String] = []
    }

    private let state: Mutex<State>
    private let isTold: Bool
    private let isRandom: Bool

    init(_ plan: Plan) {
        isTold = plan.isTold
        isRandom = plan.seed != nil
        state = Mutex(State(effects: 0, faults: plan.faults, dice: Dice(seed: plan.seed ?? 0)))
    }

    /// How many effects there were so far.
    var effects: Int { state.withLock { $0.effects } }
    var complaints: [String] { state.withLock { $0.complaints } }
    var timeline: [String] { state.withLock { $0.timeline } }

    /// Counts an effect; answers its number and what goes wrong with it.
    func next(_ kind: EffectKind) -> (number: Int, fault: (kind: Fault.Kind, roll: UInt64)?) {
        state.withLock { state in
            state.effects += 1
            let number = state.effects
            guard let place = state.faults.firstIndex(where: { $0.effect == number }) else { return (number, nil) }
            let fault = state.faults.remove(at: place)
            return (number, fault.happening(to: kind).map { ($0, fault.roll >> 8) })
        }
    }

    func complain(_ text: @autoclosure () -> String) {
        let text = text()
        tell("!! \(text)")
        state.withLock { state in
            if !state.complaints.contains(text) { state.complaints.append(text) }
        }
    }

    func tell(_ text: @autoclosure () -> String) {
        guard isTold else { return }
        let text = text()
        state.withLock { $0.timeline.append(text) }
    }

    /// One of so many: the first, unless the run is a random one.
    func choice(of count: Int) -> Int {
        guard isRandom else { return 0 }
        return state.withLock { Int($0.dice.next() % UInt64(count)) }
    }

    /// A number in 0...1.
    func fraction() -> Double {
        guard isRandom else { return 0.5 }
        return state.withLock { Double.random(in: 0...1, using: &$0.dice) }
    }
}
