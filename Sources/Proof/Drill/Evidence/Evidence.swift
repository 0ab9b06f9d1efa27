import PostgreSQL
import RabbitMQ
import Topology

/// All that is judged: what was published, what the targets did, what the store says, what stands in the queues.
public struct Evidence: Sendable {
    var published: [PublishedMessage] = []
    var effects: [SandboxEffect] = []
    var store = StoreEvidence()
    var queues = QueueEvidence()
    /// The longest wait after failure 1, 2 and so on, by queue, in seconds.
    var backoff: [String: [Double]] = [:]

    /// Whether targets were so slow or late that the attempts of a call may be used up, or what came late may stand in
    /// the way of undoing: of a few deals people are told then, instead of what their stories say.
    var hasPoorTargets = false

    /// Nothing at all, which is in order.
    init() {}

    /// Reads the list of what was published, the sandbox's log, the store and the queues; changes nothing.
    public init(
        published: String, effects: String, database: Database, broker: BrokerSettings, queuesFolder: String,
        hasPoorTargets: Bool
    ) async throws {
        self.hasPoorTargets = hasPoorTargets
        let folder = try QueuesFolder(at: queuesFolder)
        self.published = try PublishedMessage.list(at: published)
        self.effects = try JSONLines.read(SandboxEffect.self, at: effects)
        store = try await StoreEvidence(from: database)
        queues = try await QueueEvidence(broker: broker, queues: folder.queues.map(\.name))
        for queue in folder.queues { backoff[queue.name] = queue.backoff.waits.map { $0.most / .seconds(1) } }
    }
}
