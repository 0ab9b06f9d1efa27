import Foundation

/// Everything that a `Queues` folder says: `exchanges.yml`, and `queue.yml` of each queue's folder.
public struct QueuesFolder: Sendable, Equatable {
    /// The exchanges, as in `exchanges.yml`.
    public let exchanges: [TopologyDescription.Exchange]
    /// The queues, by name.
    public let queues: [QueueDocument]
    /// The exchanges whose messages stand in a queue of the exchange's own name until somebody looks at them.
    public let keptExchanges: [String]

    /// Reads the folder at `path`; reports everything that is wrong at once.
    public init(at path: String) throws(DescriptionProblems) {
        let exchangesFile = YAMLDocument(file: path + "/exchanges.yml")
        let (exchanges, kept) = Self.exchanges(exchangesFile)
        var problems = exchangesFile.problems
        let names = Set(exchanges.map(\.name))
        var queues: [QueueDocument] = []
        let folders = Self.folders(in: path)
        for folder in folders {
            let document = YAMLDocument(file: "\(path)/\(folder)/queue.yml")
            // An exchange whose messages are documented has a folder too, and no queue.
            if names.contains(folder), !FileManager.default.fileExists(atPath: document.file) { continue }
            if let queue = QueueDocument(document, folder: folder) { queues.append(queue) }
            problems += document.problems
        }
        if folders.isEmpty { problems.append(.init(file: path, "there is no folder of a queue here")) }
        if exchangesFile.problems.isEmpty {
            for queue in queues { problems += Self.unknownExchanges(of: queue, known: names, in: path) }
        }
        problems += Self.sharedAccounts(of: queues, in: path)
        guard problems.isEmpty else { throw DescriptionProblems(problems) }
        self.exchanges = exchanges
        self.queues = queues
        keptExchanges = kept
    }

    /// What the broker has to hold for these documents.
    public var description: TopologyDescription {
        let kept = keptExchanges.map {
            TopologyDescription.Queue(name: $0, arguments: TopologyDescription.deadLetterArguments)
        }
        let deadLetters = queues.map(\.deadLetterQueue) + keptExchanges
        let entrance = exchanges.filter { $0.openTo == .publishers }.map(\.name)
        return TopologyDescription(
            exchanges: exchanges,
            queues: queues.flatMap(\.declarations) + kept,
            bindings: queues.flatMap { $0.bindings + $0.deadLetterBindings }
                + keptExchanges.map { .init(source: $0, destination: $0, routingKey: "") },
            accounts: queues.map { .worker(named: $0.account, reading: $0.name, writing: $0.writes) } + [
                .collector(reading: deadLetters),
                .support(reading: deadLetters, writing: entrance + [TopologyDescription.ticketExchange]),
            ])
    }

    private static func folders(in path: String) -> [String] {
        // A path that cannot be listed has already been reported by its missing `exchanges.yml`.
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return entries.sorted().filter { entry in
            var isFolder: ObjCBool = false
            let exists = FileManager.default.fileExists(atPath: path + "/" + entry, isDirectory: &isFolder)
            return exists && isFolder.boolValue && !entry.hasPrefix(".")
        }
    }

    private static func exchanges(
        _ document: YAMLDocument
    ) -> (exchanges: [TopologyDescription.Exchange], kept: [String]) {
        guard let top = document.top(allowing: ["exchanges"]) else { return ([], []) }
        let keys = ["name", "type", "alternate", "open_to", "keeps", "purpose"]
        let entries = top.mappings("exchanges", "an exchange", allowing: keys)
        let names = entries.compactMap { $0.name("name") }
        var seen: Set<String> = []
        var kept: [String] = []
        let exchanges = entries.compactMap { entry -> TopologyDescription.Exchange? in
            _ = entry.text("purpose")
            guard let name = entry.mapping["name"]?.string, Names.isValid(name) else { return nil }
            if !seen.insert(name).inserted { entry.report("there is an exchange \(name) already") }
            let type = entry.text("type")
            if let type, !["topic", "direct", "fanout"].contains(type) {
                entry.report("`type` is \(type); it has to be topic, direct or fanout", at: "type")
            }
            var exchange = TopologyDescription.Exchange(name: name, type: type ?? "")
            if entry.has("alternate"), let alternate = entry.name("alternate") {
                exchange.arguments["alternate-exchange"] = .string(alternate)
                if !names.contains(alternate) { entry.report("there is no exchange \(alternate)", at: "alternate") }
            }
            if entry.has("open_to"), let text = entry.text("open_to") {
                exchange.openTo = .init(rawValue: text)
                if exchange.openTo == nil {
                    entry.report("`open_to` is \(text); it has to be publishers or subscribers", at: "open_to")
                }
            }
            if entry.has("keeps") {
                let text = entry.text("keeps")
                if text != "true" || type != "fanout" {
                    entry.report("`keeps` may only be true, and only of a fanout", at: "keeps")
                }
                kept.append(name)
            }
            return exchange
        }
        return (exchanges, kept)
    }

    private static func unknownExchanges(
        of queue: QueueDocument, known: Set<String>, in path: String
    ) -> [DescriptionProblem] {
        let sources = (queue.bindings + queue.deadLetterBindings).map(\.source)
        return Set(sources + queue.writes).subtracting(known).sorted().map {
            DescriptionProblem(file: "\(path)/\(queue.name)/queue.yml", "exchanges.yml has no exchange \($0)")
        }
    }

    private static func sharedAccounts(of queues: [QueueDocument], in path: String) -> [DescriptionProblem] {
        var holders: [String: String] = [:]
        return queues.compactMap { queue in
            guard let other = holders.updateValue(queue.name, forKey: queue.account) else { return nil }
            return DescriptionProblem(
                file: "\(path)/\(queue.name)/queue.yml", "account \(queue.account) is that of \(other) already")
        }
    }
}

extension TopologyDescription {
    /// Reads a `Queues` folder; reports everything that is wrong at once.
    public init(folder path: String) throws(DescriptionProblems) {
        self = try QueuesFolder(at: path).description
    }
}
