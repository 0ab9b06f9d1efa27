import Sagas

/// Whether a target may be called now, for the whole fleet: its circuit breaker, its own wish, a person's.
package enum TargetGate: Sendable, Equatable {
    /// It may be called.
    case open
    /// It may be called, and has failed lately: a success is worth noting.
    case troubled
    /// This one call finds out whether it is well again; nobody else calls it meanwhile.
    case probe
    /// It is left alone for this long.
    case shut(WaitCause, for: Duration)

    /// Whether a call's success must be noted.
    package var wantsSuccess: Bool { self == .troubled || self == .probe }
}

/// How a target answered one call, as far as its gate cares.
package struct TargetReport: Sendable, Equatable {
    package enum Answer: Sendable, Equatable {
        /// It is well, whatever it said.
        case well
        /// It failed, timed out or could not be reached.
        case failed(reason: String)
        /// It wants to be left alone for this long.
        case throttled(for: Duration)
    }

    package var target: String
    package var answer: Answer
    /// Whether the call was the fleet's probe.
    package var wasProbe: Bool
}
