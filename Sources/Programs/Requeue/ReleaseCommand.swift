import ArgumentParser
import Operations

struct ReleaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "release", abstract: "Lets others act on held incidents again, whoever held them.")

    @OptionGroup var selection: SelectionOptions

    @Option(help: "Why.")
    var reason: String?

    func run() async throws {
        try await SetRun(act: Act(.release, why: reason), options: selection).run()
    }
}
