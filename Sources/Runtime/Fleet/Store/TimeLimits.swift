import Sagas

/// The times and counts that move handoffs. All of them are settings; all comparisons are PostgreSQL's.
public struct TimeLimits: Sendable, Equatable {
    /// How long a worker may hold a handoff without a committed write.
    public var lease: Duration = .seconds(15)
    /// After how long a ticket that nobody took counts as lost.
    public var ticketLease: Duration = .seconds(20)
    /// After how long a worker that has room looks at a row itself, whose ticket has not come.
    public var ticketPatience: Duration = .seconds(2)
    /// How many handoffs of one queue have a ticket at the broker at one time; the others stand in line for theirs.
    public var ticketWindow = 500
    /// After how long a version of this software that knows no line finds a handoff whose ticket is held back.
    public var withheldLease: Duration = .seconds(15 * 60)
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

    /// How many versions of one opportunity may be open before one more is a person's business: each end of a version
    /// looks at all of them.
    public var openVersions = 100

    /// How long a signature waits for a deal of its opportunity before a person is told.
    public var signaturePatience: Duration = .seconds(3600)

    /// How long calls to each target may take and hide, by the target's name; for others a step says so itself.
    public var targets: [String: CallTiming] = [:]
    /// How long planning may ask others.
    public var planningBudget = CallTiming.standard.budget

    /// How long after a handoff has closed what was ever in doubt is looked at again, each time.
    public var looks: [Duration] = [.seconds(60), .seconds(600), .seconds(3600), .seconds(86_400)]

    /// The times of the protocol.
    public init() {}

    /// The longest time that one question may take.
    public var longestBudget: Duration {
        targets.values.map(\.budget).max() ?? CallTiming.standard.budget
    }

    /// What stays of a lease when a question's budget is over, for writing down its answer.
    package func lease(covering budget: Duration) -> Duration { max(lease, budget + min(budget / 2, .seconds(5))) }
}

extension Duration {
    /// Whole milliseconds, rounded up: a lease must not end before what it covers.
    var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
    }
}
