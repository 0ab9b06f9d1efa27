import ArgumentParser
import Operations

struct HoldCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hold", abstract: "Asks others to keep off incidents: they are neither sent nor discarded.")

    @OptionGroup var selection: SelectionOptions

    @Option(help: "Why, for whoever meets it.")
    var reason: String

    func run() async throws {
        try await SetRun(act: Act(.hold, why: reason), options: selection).run()
    }
}
