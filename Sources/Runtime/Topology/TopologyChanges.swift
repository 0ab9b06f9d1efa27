/// What apply did.
public struct TopologyChanges: Sendable, Equatable, Codable {
    /// What did not exist and does now.
    public internal(set) var created: [TopologyItem] = []
    /// Accounts whose rights were not as described and are now.
    public internal(set) var changed: [TopologyItem] = []

    /// The queues that had to be created: what may have waited in them is gone, so their rows have to be set due.
    public var createdQueues: [String] { created.filter { $0.kind == .queue }.map(\.name) }
    /// Whether everything was as described before.
    public var isEmpty: Bool { created.isEmpty && changed.isEmpty }
}
