/// The times that move handoffs. All of them are settings; all comparisons are PostgreSQL's.
public struct TimeLimits: Sendable, Equatable {
    /// How long a worker may hold a handoff without a committed write.
    public var lease: Duration = .seconds(15)
    /// After how long a ticket that nobody took counts as lost; doubles with each republication.
    public var ticketLease: Duration = .seconds(30)
    /// The longest distance between two republications of a ticket.
    public var longestTicketLease: Duration = .seconds(15 * 60)
    /// How often each worker sweeps.
    public var sweepInterval: Duration = .seconds(1)
    /// How old an open handoff may grow before a person is asked.
    public var maximalAge: Duration = .seconds(72 * 3600)
    /// How many take-overs without a committed outcome a handoff survives before a person is asked.
    public var takeovers = 5

    /// After how many failed calls in a row the whole fleet leaves a target alone. Below every queue's attempts, so that
    /// an outage uses up no handoff's.
    public var breakerFailures = 5
    /// For how long at first; doubles with each probe that fails.
    public var breakerWait: Duration = .seconds(5)
    /// For how long at the most.
    public var longestBreakerWait: Duration = .seconds(60)
    /// From which length on a wait that is prolonged is told to others again.
    public var tellingWait: Duration = .seconds(15)
    /// For how long a worker believes that a target is left alone without asking the store again.
    public var gateMemory: Duration = .milliseconds(500)
    /// How long a change order waits for the version it builds upon before a person is told.
    public var baseWait: Duration = .seconds(3600)

    /// How long a signature waits for a deal of its opportunity before a person is told.
    public var signaturePatience: Duration = .seconds(3600)

    /// The times of the protocol.
    public init() {}
}

extension Duration {
    /// Whole milliseconds, rounded up: a lease must not end before what it covers.
    var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
    }
}
