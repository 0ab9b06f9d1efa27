import ArgumentParser

/// The support's command line.
@main
struct Requeue: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "requeue", abstract: "Shows what waits for a person, and does what the person decides.",
        discussion: """
            Exit codes: 0 all done (also what somebody had done before), 1 failed, 3 nothing matched or an unknown id, 4 \
            some or all were refused, 64 wrong usage. Who acts is the PostgreSQL role that is logged in.
            """,
        subcommands: [
            ListCommand.self, ShowCommand.self, SendCommand.self, HoldCommand.self, ReleaseCommand.self,
            DiscardCommand.self, DrainCommand.self, LogCommand.self,
        ])
}
