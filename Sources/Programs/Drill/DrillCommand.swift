import ArgumentParser

@main
struct DrillCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drill",
        abstract: "Carries deals through processes that it kills, and judges the outcome from outside.",
        subcommands: [RunCommand.self, CheckCommand.self])
}
