import ArgumentParser
import Handoffs
import Operations
import OperatorConsole
import Workers

struct DrainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drain",
        abstract: "Collects the dead-letter queues: every message that no incident stands for becomes one.",
        discussion: """
            The collector does that by itself, message by message; this is for when it does not run. Copies of incidents, \
            and tickets, are taken out too: their rows are in the database. Messages whose sending was begun and not \
            confirmed are sent once more. Doing it twice, or at the same time, is harmless.
            """)

    @Option(help: "Only this queue's dead letters, or deals.unrouted; may be repeated.")
    var queue: [String] = []

    @Option(help: "How many messages at most.")
    var limit: Int?

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var broker: BrokerOptions

    func validate() throws {
        for name in queue where Self.queue(named: name) == nil {
            let known = Queue.all.map(\.name) + [DeadLetterQueue.unrouted.name]
            throw ValidationError("there is no queue \(name); there are \(known.joined(separator: ", "))")
        }
        if let limit, limit < 1 { throw ValidationError("--limit must be at least 1") }
    }

    /// The dead letters that are meant by the name of a work queue, or of the queue of what is not routed.
    private static func queue(named name: String) -> DeadLetterQueue? {
        if name == DeadLetterQueue.unrouted.name { return .unrouted }
        return Queue.all.contains { $0.name == name } ? .beside(name) : nil
    }

    func run() async throws {
        guard let settings = try broker.settings() else {
            throw ValidationError("no broker: give --broker or set BATON_AMQP_URL")
        }
        let named = queue.compactMap(Self.queue(named:))
        let (queues, limit, broker) = (
            named.isEmpty ? DeadLetterQueue.all(beside: Queue.all.map(\.name)) : named, limit, broker
        )
        let (collections, finished) = try await database.with { database in
            try await broker.with { publisher in
                let finished = try await IncidentActs(database: database, post: Post(publisher: publisher))
                    .finishSending()
                let collector = Collector(database: database, broker: settings)
                return (try await collector.collect(queues: queues, limit: limit), finished)
            }
        }
        if json {
            try printJSON(collections)
        } else {
            for collection in collections { say(collection.text) }
        }
        if finished > 0 { note("messages whose sending was not confirmed, and that are sent now: \(finished)") }
        let opened = collections.reduce(0) { $0 + $1.opened.values.reduce(0, +) }
        note("incidents opened: \(opened)")
    }
}

extension DeadLetterCollection {
    /// The queue's counts as a person reads them.
    var text: String {
        guard exists else { return "\(deadLetterQueue): there is no such queue ('baton topology apply' makes it)" }
        let classes = opened.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
        return "\(deadLetterQueue): \(messages) messages; new incidents: \(classes.isEmpty ? "none" : classes); "
            + "\(copies) copies, \(tickets) tickets, \(knownMessages) known messages"
    }
}
