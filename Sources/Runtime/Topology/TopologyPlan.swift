/// The difference between what is described and what a broker holds.
public struct TopologyPlan: Sendable, Equatable, Codable {
    /// What apply creates, in the order in which it does.
    public let missing: [TopologyItem]
    /// What exists and is not as described; see ``TopologyDifference/canBeChanged``.
    public let differing: [TopologyDifference]
    /// What stands in the way of nothing but is ours and not described: reported, never deleted.
    public let surplus: [TopologyItem]
    /// Administrators of the broker whose password is the one that everybody knows.
    public let openAdministrators: [String]

    /// Compares; a pure function of its arguments.
    public init(desired: TopologyDescription, actual: BrokerState) {
        let present = Set(actual.items)
        self.missing = desired.declarations.map(\.item).filter { !present.contains($0) }
        self.differing = Self.differences(desired: desired, actual: actual)
        self.surplus = Self.surplus(desired: desired, actual: actual)
        openAdministrators = actual.openAdministrators
    }

    /// Whether there is nothing for apply to do, and nothing that it could not do.
    public var isSettled: Bool { missing.isEmpty && differing.isEmpty }

    /// The differences that apply cannot set right; while there are any it touches nothing.
    public var obstacles: [TopologyDifference] { differing.filter { !$0.canBeChanged } }

    /// Dead-letter queues that can be replaced as long as they are empty.
    public var replaceable: [String] {
        let others = Set(obstacles.filter { !$0.canBeReplaced }.map(\.item))
        return obstacles.filter { $0.canBeReplaced && !others.contains($0.item) }.map(\.item.name)
    }

    private static func differences(desired: TopologyDescription, actual: BrokerState) -> [TopologyDifference] {
        func compare(
            _ item: TopologyItem, _ desired: [String: String], _ actual: [String: String]?
        ) -> [TopologyDifference] {
            guard let actual else { return [] }
            return Set(desired.keys).union(actual.keys).sorted().compactMap { property in
                guard desired[property] != actual[property] else { return nil }
                return TopologyDifference(
                    item: item, property: property, actual: actual[property], desired: desired[property])
            }
        }
        let exchanges = desired.exchanges.flatMap { exchange in
            let found = actual.exchanges.first { $0.name == exchange.name }
            return compare(TopologyItem(exchange), exchange.properties, found?.properties)
        }
        let queues = desired.queues.flatMap { queue in
            let found = actual.queues.first { $0.name == queue.name }
            return compare(TopologyItem(queue), queue.properties, found?.properties)
        }
        let accounts = desired.accounts.flatMap { account in
            let found = actual.accounts.first { $0.name == account.name }
            // Limits on other exchanges are reported as surplus.
            let described = Set(account.topics.map(\.exchange))
            return compare(TopologyItem(account), account.properties, found?.limited(to: described).properties)
        }
        return exchanges + queues + accounts
    }

    /// Ours is: a binding to a queue of ours, or from an exchange where nobody else has business; a queue that such a
    /// binding leads to or that dead-letters into an exchange of ours; an exchange that feeds a queue of ours; a topic
    /// limit of an account of ours.
    private static func surplus(desired: TopologyDescription, actual: BrokerState) -> [TopologyItem] {
        let ourQueues = Set(desired.queues.map(\.name))
        let ourExchanges = Set(desired.exchanges.map(\.name))
        let closed = Set(desired.exchanges.filter { $0.openTo != .subscribers }.map(\.name))
        let bindings = actual.bindings.filter { binding in
            // Every queue is bound to the default exchange, which has no name.
            guard !binding.source.isEmpty else { return false }
            let leadsToOurs = binding.destinationType == "queue" && ourQueues.contains(binding.destination)
            let comesFromOurs = closed.contains(binding.source)
            return (leadsToOurs || comesFromOurs) && !desired.bindings.contains(binding)
        }
        let fed = Set(bindings.filter { $0.destinationType == "queue" }.map(\.destination))
        let queues = actual.queues.filter { queue in
            guard !ourQueues.contains(queue.name) else { return false }
            let deadLettersToUs = ourExchanges.contains { queue.arguments["x-dead-letter-exchange"] == .string($0) }
            return fed.contains(queue.name) || deadLettersToUs
        }
        let feeding = Set(bindings.map(\.source))
        let exchanges = actual.exchanges.filter {
            feeding.contains($0.name) && !ourExchanges.contains($0.name) && !$0.name.hasPrefix("amq.")
        }
        let limits = desired.accounts.flatMap { account in
            let found = actual.accounts.first { $0.name == account.name }?.topics ?? []
            return found.filter { limit in !account.topics.contains { $0.exchange == limit.exchange } }
                .map { TopologyItem($0, of: account) }
        }
        let items =
            exchanges.map(TopologyItem.init) + queues.map(TopologyItem.init) + bindings.map(TopologyItem.init) + limits
        return items.sorted { ($0.kind.rawValue, $0.name) < ($1.kind.rawValue, $1.name) }
    }
}
