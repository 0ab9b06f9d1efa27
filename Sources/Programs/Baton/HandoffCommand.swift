import ArgumentParser
import Operations
import OperatorConsole

struct HandoffCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "handoff", abstract: "What a person does for a handoff.",
        subcommands: [AdoptCommand.self, ChooseCommand.self])
}

struct AdoptCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "adopt", abstract: "Lets a step take over what a person made by hand.",
        discussion: """
            The handoff must be parked, or wait, before this very step. The target is asked for the id first; where it \
            does not know it, the handoff is parked again. Exit code 3: unknown handoff; 4: refused, nothing was changed.
            """)

    @Argument(help: "The step, such as create-project.")
    var step: String

    @Option(help: "The handoff's id, or its beginning.")
    var handoff: String

    @Option(help: "The target's id of what was made.")
    var id: String

    @Option(help: "Why.")
    var reason: String?

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var broker: BrokerOptions

    func validate() throws {
        if id.allSatisfy(\.isWhitespace) { throw ValidationError("--id must say something") }
    }

    func run() async throws {
        let (step, handoff, id, reason, broker) = (step, handoff, id, reason, broker)
        let sentence = try await refusable {
            try await database.with { database in
                try await broker.with { publisher in
                    let acts = HandoffActs(database: database, post: Post(publisher: publisher))
                    return try await acts.adopt(id, step: step, of: try await acts.find(handoff), why: reason)
                }
            }
        }
        say(sentence)
    }
}

/// Ends with exit code 3 where a handoff is unknown, and with 4 where an act is refused.
func refusable<Value>(_ body: () async throws -> Value) async throws -> Value {
    do {
        return try await body()
    } catch let error as NoSuchHandoff {
        note("Error: \(error)")
        throw ExitCode(3)
    } catch let error as ActRefused {
        note("refused: \(error)")
        throw ExitCode(4)
    }
}
