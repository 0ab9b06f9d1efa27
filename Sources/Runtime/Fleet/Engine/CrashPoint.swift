import Glibc
import Synchronization

/// The moments between two effects at which a worker may die; the protocol says what repairs each.
public enum CrashPoint: String, Sendable, CaseIterable {
    /// A delivery has arrived, nothing is committed.
    case deliveryBeforeCommit = "delivery-before-commit"
    /// A write is committed, what it wants published is not.
    case commitBeforePublish = "commit-before-publish"
    /// All is published, the delivery is not acknowledged.
    case publishBeforeAck = "publish-before-ack"
    /// A handoff is taken, no intent is written.
    case leaseBeforeIntent = "lease-before-intent"
    /// An intent is written, the call is not sent.
    case intentBeforeCall = "intent-before-call"
    /// The target has answered, the outcome is not written.
    case answerBeforeOutcome = "answer-before-outcome"
    /// The target has accepted what it will finish later, and that is not written.
    case acceptedBeforeNoted = "accepted-before-noted"
    /// Taking an effect back is announced, the call is not sent.
    case undoIntentBeforeCall = "undo-intent-before-call"
    /// The target has taken it back, the outcome is not written.
    case undoAnswerBeforeOutcome = "undo-answer-before-outcome"
    /// An incident is written, its copy is not published.
    case incidentBeforeCopy = "incident-before-copy"
    /// A sweep is committed, its tickets are not published.
    case sweepBeforePublish = "sweep-before-publish"
}

/// Where a worker is killed on purpose, so that each gap of the protocol can be made to happen for sure.
/// A worker without a plan passes every point untouched.
package final class CrashPlan: Sendable {
    private let point: CrashPoint?
    private let passes: Atomic<Int>

    /// Dies when `point` is reached for the `nth` time.
    package init(at point: CrashPoint?, nth: Int = 1) {
        self.point = point
        passes = Atomic(nth)
    }

    /// Reads `<point>` or `<point>:<nth>`; nil for anything else.
    static func parse(_ text: String) -> (CrashPoint, Int)? {
        let parts = text.split(separator: ":", maxSplits: 1)
        guard let name = parts.first, let point = CrashPoint(rawValue: String(name)) else { return nil }
        guard let nth = parts.count == 2 ? Int(parts[1]) : 1, nth > 0 else { return nil }
        return (point, nth)
    }

    /// Kills the process, as `kill -9` does, if it is to die here.
    func reached(_ passed: CrashPoint) {
        guard passed == point else { return }
        if passes.subtract(1, ordering: .relaxed).newValue == 0 { kill(getpid(), SIGKILL) }
    }
}
