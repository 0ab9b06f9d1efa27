import ArgumentParser
import Foundation
import Operations
import OperatorConsole

struct DiscardCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "discard", abstract: "Gives incidents up, for good.",
        discussion: """
            Where a handoff has made something, say what becomes of it: --keep leaves it there, and the owner of the \
            incident looks after it; --undo undoes it, last first, and closes the handoff then. A cancellation, or what \
            is being undone already, cannot be discarded: --keep then leaves the one step that will not go back.
            """)

    @OptionGroup var selection: SelectionOptions

    @Option(help: "Why.")
    var reason: String

    @Flag(help: "Leave what exists where it is.")
    var keep = false

    @Flag(help: "Undo what exists.")
    var undo = false

    func validate() throws {
        if keep && undo { throw ValidationError("give either --keep or --undo, not both") }
        if reason.allSatisfy(\.isWhitespace) { throw ValidationError("--reason must say something") }
    }

    func run() async throws {
        let disposal: Act.Disposal = keep ? .keep : undo ? .undo : .undecided
        try await SetRun(act: Act(.discard(disposal), why: reason), options: selection).run()
    }
}
