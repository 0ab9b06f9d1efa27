import Foundation

/// What a drill is told: how much, by which seed, and which faults.
public struct DrillSettings: Sendable {
    /// A kind of fault that the drill makes happen.
    public enum Fault: String, Sendable, Codable, CaseIterable {
        /// Workers die at every crash point, and by `kill -9` at random moments.
        case kills
        /// A worker is stopped for longer than its lease, and woken.
        case zombie
        /// The database is restarted.
        case database
        /// The broker is restarted.
        case broker
        /// The broker is rebuilt empty.
        case rebuild
    }

    /// How many deals are sold.
    public var deals = 500
    /// Where all dice start.
    public var seed: UInt64 = 1
    /// How many processes of each worker run.
    public var workers = 2
    /// Where logs, the list of what was published, the sandbox's log and the report go.
    public var folder: String
    /// Which faults happen.
    public var faults = Set(Fault.allCases)
    /// The share of deals that a later version follows.
    public var updated = 0.05
    /// The share of deals that are cancelled.
    public var cancelled = 0.05
    /// The share of deals that a target refuses.
    public var refused = 0.05
    /// The share of calls that take effect without an answer.
    public var lostAnswers = 0.01
    /// The share of calls that make something which take effect only ``lateEffect`` after they were asked, long after
    /// their callers have left.
    public var late = 0.0
    /// How late such a call is.
    public var lateEffect = Duration.seconds(18)
    /// The share of all calls, questions too, that take a second longer.
    public var slow = 0.0
    /// Whether so many calls are late or slow that a few deals end before people: see ``Evidence``.
    var hasPoorTargets: Bool { late > 0 || slow > 0 }
    /// Over how long most of the deals are published.
    public var load: Duration
    /// How long after the last fault everything must have come to rest.
    public var restLimit = Duration.seconds(180)
    /// Settings of the workers beside the drill's own, by their names.
    public var workerSettings: [String: String] = [:]
    /// The folder with the executables.
    public var products: String
    /// The name of the servers, as `Deploy/local/servers` knows them.
    public var servers = "drill"
    /// The script that restarts servers.
    public var serversScript = "Deploy/local/servers"
    /// The folder that describes the queues.
    public var queuesFolder = "Queues"
    /// The schema that is made anew.
    public var schema = "drill"

    /// A drill of `deals` deals by `seed` whose files go to `folder`, with the executables of `products`.
    public init(deals: Int, seed: UInt64, folder: String, products: String) {
        self.deals = deals
        self.seed = seed
        self.folder = folder
        self.products = products
        load = .seconds(max(20, min(deals / 10, 600)))
    }

    var mix: Workload.Mix {
        var mix = Workload.Mix()
        mix.updated = updated
        mix.cancelled = cancelled
        mix.refused = refused
        return mix
    }

    /// How many deals are published a second.
    var pace: Double { Double(deals) / (load / .seconds(1)) }

    /// How long a worker is frozen: longer than the lease that each intent takes.
    static let freeze = Duration.seconds(18)
}
