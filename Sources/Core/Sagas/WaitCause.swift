import Workers

/// Why a handoff waits: a closed list, stored by these names.
public enum WaitCause: Sendable, Equatable {
    /// A target could not do it now.
    case unavailable(Unavailable.Cause)
    /// A call's outcome is not known, and asking does not count yet.
    case settling
    /// The target has failed too often in a row: the fleet leaves it alone.
    case breaker
    /// A person has paused the target.
    case paused
    /// A person has to approve, at this gate, the plan of this hash.
    case approval(gate: String, planHash: String)

    /// The stored name.
    public var name: String {
        switch self {
        case .unavailable(let cause): cause.rawValue
        case .settling: "settling"
        case .breaker: "breaker"
        case .paused: "paused"
        case .approval(let gate, let planHash): "approval:\(gate):\(planHash)"
        }
    }
}
