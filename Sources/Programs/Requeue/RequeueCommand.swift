public import ArgumentParser
import OperatorConsole

/// The support's command line.
public struct RequeueCommand: AsyncParsableCommand {
    /// Name, words and subcommands.
    public static let configuration = CommandConfiguration(
        commandName: "requeue", abstract: "Shows what waits for a person, and does what the person decides.",
        discussion: """
            Exit codes: 0 all done (also what somebody had done before), 1 failed, 3 nothing matched or an unknown id, 4 \
            some or all were refused, 64 wrong usage. Who acts is the PostgreSQL role that is logged in.
            """,
        subcommands: [
            ListCommand.self, ShowCommand.self, SendCommand.self, HoldCommand.self, ReleaseCommand.self,
            DiscardCommand.self, DrainCommand.self, LogCommand.self,
        ])

    /// Made by the parser.
    public init() {}

    /// Runs the process's command line and ends the process.
    public static func main() async { await mainShowingSafely() }
}
