import ArgumentParser
import Operations

struct SendCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "send",
        abstract: "Sends incidents again: handoffs go on where they stopped, messages to their queue.",
        discussion: """
            What has taken effect is never done twice. An id stands for its case, whose open round is sent. Afterwards an incident is 'sent, not yet tried' until its step has \
            passed; if it fails again, a new round of the same case opens.
            """)

    @OptionGroup var selection: SelectionOptions

    @Option(help: "Why.")
    var reason: String?

    @Flag(help: "Send a message also where its class says that it can only fail again.")
    var evenSo = false

    func run() async throws {
        try await SetRun(act: Act(.send(evenSo: evenSo), why: reason), options: selection).run()
    }
}
