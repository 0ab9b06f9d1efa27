import PostgreSQL

/// What happened in a drill, in numbers.
public struct Figures: Sendable, Codable, Equatable {
    /// Deals of the workload.
    public var deals = 0
    /// From the first publication until all was at rest.
    public var seconds = 0.0
    /// Deals of the workload by these seconds.
    public var dealsPerSecond = 0.0
    /// Deliveries that the broker counts as made again, at the least: see ``BrokerWatch``.
    public var redeliveries = 0
    /// Deliveries of recorded events beyond what was published.
    public var redeliveredEvents = 0
    /// Open intents that were asked about at their target.
    public var readBacks = 0
    /// Handoffs taken over from dead or hanging workers, at the least: see ``StoreWatch/takeovers``.
    public var takeovers = 0
    /// Steps that were taken back.
    public var compensations = 0
    /// Events that were duplicates by content, and copies of recorded ones.
    public var duplicates = 0
    /// Things that a worker made too late beside another's, and removed.
    public var copiesRemoved = 0
    /// Deals that wait for people because their targets were slow or late.
    public var leftToPeople = 0
    /// Worker processes that were started, killed from outside, frozen and woken, and that failed by themselves.
    public var workersStarted = 0, workersKilled = 0, workersFrozen = 0, workersFailed = 0
    /// Handoffs that were not through when the broker was rebuilt empty; workers go on without tickets meanwhile.
    public var unfinishedAtRebuild: Int?
    /// Those of them that waited for a ticket.
    public var readyAtRebuild: Int?
    /// Seconds from `topology apply` until each that waited for a ticket had been begun again.
    public var secondsToResume: Double?

    /// Reads what the evidence tells.
    mutating func read(_ evidence: Evidence, _ balance: Balance) {
        redeliveredEvents = balance.redelivered
        readBacks = evidence.store.journal.count { $0.what == "found" || $0.what == "absent" }
        compensations = evidence.store.steps.count { $0.state == "undone" }
        copiesRemoved = EffectJudgements.removedCopies(evidence).count
        leftToPeople = FateJudgement.leftToPeople(evidence).count
        duplicates = balance.copiesNoted + (balance.ends["duplicate"] ?? 0)
    }
}
