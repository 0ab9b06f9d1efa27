/// What a broker holds in one virtual host, as far as a plan needs to know.
public struct BrokerState: Sendable, Equatable {
    /// Its exchanges, the broker's own among them.
    public var exchanges: [TopologyDescription.Exchange]
    /// Its queues.
    public var queues: [TopologyDescription.Queue]
    /// Its bindings, those of the default exchange among them.
    public var bindings: [TopologyDescription.Binding]
    /// Those of the accounts asked about that exist.
    public var accounts: [BrokerAccount]
    /// Its administrators whose password is the one that everybody knows.
    public var openAdministrators: [String] = []

    /// Describes what a broker holds.
    public init(
        exchanges: [TopologyDescription.Exchange] = [], queues: [TopologyDescription.Queue] = [],
        bindings: [TopologyDescription.Binding] = [], accounts: [BrokerAccount] = []
    ) {
        self.exchanges = exchanges
        self.queues = queues
        self.bindings = bindings
        self.accounts = accounts
    }
}
