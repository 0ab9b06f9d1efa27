import ArgumentParser
import Operations
import OperatorConsole

struct ApproveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve", abstract: "Approves, or rejects, what a handoff waits for.",
        discussion: """
            Who decides is the PostgreSQL role that is logged in; it may not be who asked. An approval holds for the plan \
            that the handoff has now. Exit code 3: unknown handoff; 4: refused, nothing was changed.
            """)

    @Argument(help: "The handoff's id, or its beginning.")
    var handoff: String

    @Option(help: "The gate that is meant, such as cancel; whichever it waits at, if not given.")
    var gate: String?

    @Option(help: "Why.")
    var reason: String

    @Flag(help: "Reject it.")
    var reject = false

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var broker: BrokerOptions

    func run() async throws {
        let (handoff, gate, reason, reject, broker) = (handoff, gate, reason, reject, broker)
        let sentence = try await refusable {
            try await database.with { database in
                try await broker.with { publisher in
                    let acts = HandoffActs(database: database, post: Post(publisher: publisher))
                    return try await acts.decide(
                        on: try await acts.find(handoff), gate: gate, isApproved: !reject, why: reason)
                }
            }
        }
        say(sentence)
    }
}
