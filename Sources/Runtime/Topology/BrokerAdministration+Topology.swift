extension BrokerAdministration {
    /// What the broker holds, and which of `accounts` it knows.
    public func state(accounts: [BrokerAccount] = []) async throws(TopologyError) -> BrokerState {
        var state = BrokerState()
        state.exchanges = try await list(["exchanges", virtualHost], of: TopologyDescription.Exchange.self)
        state.queues = try await list(["queues", virtualHost], of: TopologyDescription.Queue.self)
        state.bindings = try await list(["bindings", virtualHost], of: TopologyDescription.Binding.self)
        for account in accounts {
            if let found = try await find(account) { state.accounts.append(found) }
        }
        state.openAdministrators = try await openAdministrators()
        return state
    }

    /// What would have to be done for the broker to hold `description` and to know `accounts`; changes nothing.
    public func plan(
        _ description: TopologyDescription, accounts: AccountPasswords = .none
    ) async throws(TopologyError) -> TopologyPlan {
        TopologyPlan(desired: description.with(accounts), actual: try await state(accounts: accounts.accounts))
    }

    /// Deletes those dead-letter queues that have to be replaced, so that ``apply(_:accounts:)`` makes them anew. What
    /// stands in one would be lost with it: throws ``TopologyError/notEmpty(queue:messages:)`` before anything is touched.
    ///
    /// Between both, the broker has no place for what it gives up itself: the workers should stand still. What workers
    /// copy comes back to them meanwhile, and they copy it later.
    public func clearReplaceable(_ description: TopologyDescription) async throws(TopologyError) -> [String] {
        let names = try await plan(description).replaceable
        for name in names {
            // The broker counts every few seconds only, so that it is asked for a message too, which it gets back.
            let counted = try await find(["queues", virtualHost, name], as: Depth.self)?.messages ?? 0
            let first = try await post(["queues", virtualHost, name, "get"], Look(), as: [Seen].self)
            guard counted == 0, first.isEmpty else {
                throw .notEmpty(queue: name, messages: max(counted, first.map { $0.rest + 1 }.max() ?? 1))
            }
        }
        for name in names { try await declare("DELETE", ["queues", virtualHost, name], [String: String]()) }
        return names
    }

    private struct Depth: Decodable {
        var messages: Int?
    }

    private struct Look: Encodable {
        var count = 1
        var ackmode = "ack_requeue_true"
        var encoding = "base64"
    }

    private struct Seen: Decodable {
        var rest: Int

        private enum CodingKeys: String, CodingKey {
            case rest = "message_count"
        }
    }

    /// Creates what is missing, and gives the accounts their passwords and rights. If something exists that is declared
    /// otherwise, throws ``TopologyError/differing(_:)`` and touches nothing. May be repeated.
    public func apply(
        _ description: TopologyDescription, accounts: AccountPasswords = .none
    ) async throws(TopologyError) -> TopologyChanges {
        let plan = try await plan(description, accounts: accounts)
        guard plan.obstacles.isEmpty else { throw .differing(plan.obstacles) }
        let missing = Set(plan.missing)
        let differing = Set(plan.differing.map(\.item))
        var changes = TopologyChanges()
        do {
            for declaration in description.with(accounts).declarations {
                let item = declaration.item
                switch declaration {
                case .account(let account):
                    // Passwords cannot be compared, so each is set every time.
                    try await declare(account, accounts)
                case _ where missing.contains(item): try await declare(declaration)
                default: continue
                }
                if missing.contains(item) {
                    changes.created.append(item)
                } else if differing.contains(item) {
                    changes.changed.append(item)
                }
            }
        } catch {
            throw .incomplete(changes, because: error)
        }
        return changes
    }

    private func declare(_ declaration: Declaration) async throws(TopologyError) {
        switch declaration {
        case .exchange(let exchange): try await declare("PUT", ["exchanges", virtualHost, exchange.name], exchange)
        case .queue(let queue): try await declare("PUT", ["queues", virtualHost, queue.name], queue)
        case .binding(let binding):
            let path = ["bindings", virtualHost, "e", binding.source, "q", binding.destination]
            try await declare("POST", path, binding)
        case .account: return
        }
    }
}

extension TopologyDescription {
    fileprivate func with(_ accounts: AccountPasswords) -> TopologyDescription {
        var description = self
        description.accounts = accounts.accounts
        return description
    }
}
