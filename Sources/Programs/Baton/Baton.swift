import ArgumentParser

/// The operators' command line.
@main
struct Baton: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "baton", abstract: "Operates the fleet that carries sold deals to billable projects.",
        subcommands: [
            MigrateCommand.self, TopologyCommand.self, ListCommand.self, ShowCommand.self, JournalCommand.self,
            HandoffCommand.self, ApproveCommand.self, PauseCommand.self, ResumeCommand.self, PausesCommand.self,
            PlanCommand.self, WhatIfCommand.self, CatalogCommand.self,
        ])
}
