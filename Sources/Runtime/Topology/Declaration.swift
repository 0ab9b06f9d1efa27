/// One thing to be declared.
enum Declaration {
    case exchange(TopologyDescription.Exchange)
    case queue(TopologyDescription.Queue)
    case binding(TopologyDescription.Binding)
    case account(BrokerAccount)

    var item: TopologyItem {
        switch self {
        case .exchange(let exchange): TopologyItem(exchange)
        case .queue(let queue): TopologyItem(queue)
        case .binding(let binding): TopologyItem(binding)
        case .account(let account): TopologyItem(account)
        }
    }
}

extension TopologyDescription {
    /// Everything, in an order in which no message is lost meanwhile: queues first, those that catch what the others
    /// give up before the others; an exchange with its bindings at once, and after its alternate. So publishers find
    /// their exchange only when all that is behind it stands. Accounts come last.
    var declarations: [Declaration] {
        let catching = queues.filter { $0.arguments["x-dead-letter-exchange"] == nil }
        let working = queues.filter { $0.arguments["x-dead-letter-exchange"] != nil }
        let plain = exchanges.filter { $0.arguments["alternate-exchange"] == nil }
        let withAlternate = exchanges.filter { $0.arguments["alternate-exchange"] != nil }
        let routing = (plain + withAlternate).flatMap { exchange in
            [Declaration.exchange(exchange)]
                + bindings.filter { $0.source == exchange.name }.map(Declaration.binding)
        }
        return (catching + working).map(Declaration.queue) + routing + accounts.map(Declaration.account)
    }
}

extension BrokerState {
    var items: [TopologyItem] {
        exchanges.map(TopologyItem.init) + queues.map(TopologyItem.init) + bindings.map(TopologyItem.init)
            + accounts.map(TopologyItem.init)
    }
}

extension TopologyDescription.Exchange {
    /// The properties that a declaration fixes, as texts to compare and to show.
    var properties: [String: String] {
        let fixed = [
            "type": type, "durable": String(durable), "auto_delete": String(autoDelete),
            "internal": String(isInternal),
        ]
        return fixed.merging(arguments.mapValues(\.description)) { first, _ in first }
    }
}

extension TopologyDescription.Queue {
    /// The properties that a declaration fixes, as texts to compare and to show.
    var properties: [String: String] {
        let fixed = ["durable": String(durable), "auto_delete": String(autoDelete)]
        return fixed.merging(arguments.mapValues(\.description)) { first, _ in first }
    }
}

extension BrokerAccount {
    /// The account with its topic limits on `exchanges` only.
    func limited(to exchanges: Set<String>) -> BrokerAccount {
        var account = self
        account.topics = topics.filter { exchanges.contains($0.exchange) }
        return account
    }

    /// What the account may do, as texts to compare and to show.
    var properties: [String: String] {
        var properties = ["configure": configure, "write": write, "read": read]
        if !tags.isEmpty { properties["tags"] = tags.sorted().joined(separator: ", ") }
        for topic in topics {
            properties["routing keys to write on \(topic.exchange)"] = topic.write
            properties["routing keys to read on \(topic.exchange)"] = topic.read
        }
        return properties
    }
}
