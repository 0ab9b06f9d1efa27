import Sagas
import Synchronization

/// The targets that this worker was told to leave alone, remembered for a moment: what is shut need not be asked for by
/// every handoff, and what was opened is noticed soon.
package final class KnownGates: Sendable {
    /// For how long a shut gate is believed without asking.
    private let memory: Duration

    private struct Shut {
        var cause: WaitCause
        var until: ContinuousClock.Instant
        var believedUntil: ContinuousClock.Instant
    }

    private let shut = Mutex<[String: Shut]>([:])
    private let host: Host

    package init(memory: Duration, host: Host = .real) {
        self.memory = memory
        self.host = host
    }

    /// Remembers a gate that is shut; not a pause, which a person ends at any moment and then sends everything on.
    func note(_ gate: TargetGate, of target: String) {
        guard case .shut(let cause, let time) = gate, cause != .paused else { return }
        let now = host.now()
        shut.withLock {
            $0[target] = Shut(cause: cause, until: now + time, believedUntil: now + min(time, memory))
        }
    }

    /// The gate of `target`, open when nothing else is remembered.
    func known(of target: String) -> TargetGate {
        shut.withLock { shut in
            guard let known = shut[target] else { return .open }
            let now = host.now()
            guard now < known.believedUntil else {
                shut[target] = nil
                return .open
            }
            return .shut(known.cause, for: known.until - now)
        }
    }
}
