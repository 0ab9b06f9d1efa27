public import ArgumentParser
import OperatorConsole

/// The operators' command line.
public struct BatonCommand: AsyncParsableCommand {
    /// Name, words and subcommands.
    public static let configuration = CommandConfiguration(
        commandName: "baton", abstract: "Operates the fleet that carries sold deals to billable projects.",
        subcommands: [
            MigrateCommand.self, TopologyCommand.self, ListCommand.self, ShowCommand.self, JournalCommand.self,
            HandoffCommand.self, ApproveCommand.self, PauseCommand.self, ResumeCommand.self, PausesCommand.self,
            PlanCommand.self, WhatIfCommand.self, CatalogCommand.self, HealthCommand.self,
        ])

    /// Made by the parser.
    public init() {}

    /// Runs the process's command line and ends the process.
    public static func main() async { await mainShowingSafely() }
}
