import ArgumentParser
import Handoffs
import Operations
import OperatorConsole

struct ChooseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "choose", abstract: "Decides what planning could not, and has the handoff planned again.",
        discussion: """
            The handoff must be parked and not planned yet. For a customer with several candidates the value is the id of \
            the one that is meant, or 'new'; 'baton show' lists what was chosen. A later choice takes the place of an \
            earlier one. Exit code 3: unknown handoff; 4: refused, nothing was changed.
            """)

    @Argument(help: "The handoff's id, or its beginning.")
    var handoff: String

    @Option(help: "What is decided: customer or parent.")
    var what: String

    @Option(help: "What is chosen: an id, or new.")
    var value: String

    @Option(help: "Why.")
    var reason: String

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var broker: BrokerOptions

    func validate() throws {
        guard DealHandoff.choices.contains(what) else {
            throw ValidationError("--what is \(DealHandoff.choices.joined(separator: " or ")), not '\(what)'")
        }
        for (option, text) in [("--value", value), ("--reason", reason)] where text.allSatisfy(\.isWhitespace) {
            throw ValidationError("\(option) must say something")
        }
    }

    func run() async throws {
        let (handoff, what, value, reason, broker) = (handoff, what, value, reason, broker)
        let sentence = try await refusable {
            try await database.with { database in
                try await broker.with { publisher in
                    let acts = HandoffActs(database: database, post: Post(publisher: publisher))
                    return try await acts.choose(value, as: what, for: try await acts.find(handoff), why: reason)
                }
            }
        }
        say(sentence)
    }
}
