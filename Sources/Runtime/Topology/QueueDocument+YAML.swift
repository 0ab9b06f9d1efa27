extension QueueDocument {
    private static let keys = [
        "name", "purpose", "owner", "type", "delivery_limit", "prefetch", "bindings", "dead_letters", "backoff",
        "worker", "messages",
    ]

    /// Reads `document`, which lies in the folder `folder`; reports what is wrong there and returns nothing then.
    init?(_ document: YAMLDocument, folder: String) {
        guard let top = document.top(allowing: Self.keys) else { return nil }
        let name = top.name("name")
        if let name, name != folder {
            top.report("`name` is \(name), the folder is \(folder): they have to be equal", at: "name")
        }
        if let type = top.text("type"), type != "quorum" {
            top.report("`type` is \(type); every queue of the fleet is a quorum queue", at: "type")
        }
        let purpose = top.text("purpose")
        let owner = top.text("owner")
        let deliveryLimit = top.integer("delivery_limit", in: 1...1_000_000)
        let prefetch = top.integer("prefetch", in: 1...65_535)
        let bindings = Self.bindings(of: top, to: folder, required: TopologyDescription.ticketExchange, folder)
        let deadLetters = top.mapping("dead_letters", allowing: ["queue", "bindings", "classes"])
        let deadLetterQueue = deadLetters?.name("queue")
        if let deadLetterQueue, deadLetterQueue != folder + ".dead" {
            deadLetters?.report("`queue` is \(deadLetterQueue); it has to be \(folder).dead", at: "queue")
        }
        let deadLetterBindings = deadLetters.map {
            Self.bindings(
                of: $0, to: folder + ".dead", required: TopologyDescription.deadLetterExchange, folder)
        }
        let classes = deadLetters?.texts("classes")
        let backoff = top.mapping("backoff", allowing: ["base", "cap", "attempts", "waits"])
            .flatMap(BackoffTable.init)
        let worker = top.mapping("worker", allowing: ["account", "writes"])
        let account = worker?.name("account")
        let writes = worker?.texts("writes")
        let messages = top.mappings("messages", "a message", allowing: ["name", "type", "schema", "examples"])
            .compactMap(MessageDocument.init)
        guard document.problems.isEmpty, let name, let purpose, let owner, let deliveryLimit, let prefetch,
            let deadLetterQueue, let deadLetterBindings, let classes, let backoff, let account, let writes
        else { return nil }
        self.init(
            name: name, purpose: purpose, owner: owner, deliveryLimit: deliveryLimit, prefetch: prefetch,
            bindings: bindings, deadLetterQueue: deadLetterQueue, deadLetterBindings: deadLetterBindings,
            incidentClasses: classes, backoff: backoff, account: account, writes: writes, messages: messages)
    }

    /// The bindings of `queue`, among which the one that the fleet itself relies on must not be missing.
    private static func bindings(
        of mapping: YAMLMapping, to queue: String, required exchange: String, _ key: String
    ) -> [TopologyDescription.Binding] {
        let bindings = mapping.mappings("bindings", "a binding", allowing: ["exchange", "key"])
            .compactMap { entry -> TopologyDescription.Binding? in
                guard let source = entry.name("exchange"), let key = entry.value("key") else { return nil }
                guard let pattern = key.string else {
                    entry.report("`key` has to be a text, or \"\" for every message", at: "key")
                    return nil
                }
                return .init(source: source, destination: queue, routingKey: pattern)
            }
        if mapping.has("bindings"), !bindings.contains(.init(source: exchange, destination: queue, routingKey: key)) {
            mapping.report("\(queue) needs a binding to the exchange `\(exchange)` with the key \(key)", at: "bindings")
        }
        return bindings
    }
}

extension BackoffTable {
    init?(_ mapping: YAMLMapping) {
        let base = mapping.duration("base")
        let cap = mapping.duration("cap")
        let attempts = mapping.integer("attempts", in: 2...1_000)
        let entries = mapping.mappings("waits", "a wait", allowing: ["failure", "least", "most"])
        let waits = entries.enumerated().compactMap { index, entry -> Wait? in
            if let failure = entry.integer("failure", in: 1...1_000), failure != index + 1 {
                entry.report("this is wait \(index + 1), `failure` says \(failure)", at: "failure")
            }
            guard let least = entry.duration("least"), let most = entry.duration("most") else { return nil }
            return Wait(least: least, most: most)
        }
        guard let base, let cap, let attempts else { return nil }
        if !entries.isEmpty, entries.count != attempts - 1 {
            mapping.report(
                "\(attempts) attempts have \(attempts - 1) waits between them, not \(entries.count)", at: "waits")
        }
        if base > cap { mapping.report("`base` is longer than `cap`", at: "base") }
        self.init(base: base, cap: cap, attempts: attempts, waits: waits)
    }
}

extension MessageDocument {
    init?(_ mapping: YAMLMapping) {
        let type = mapping.has("type") ? mapping.name("type") : nil
        guard let name = mapping.text("name"), let schema = mapping.text("schema"),
            let examples = mapping.text("examples")
        else { return nil }
        self.init(name: name, type: type, schema: schema, examples: examples)
    }
}
