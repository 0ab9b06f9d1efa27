public import ArgumentParser
import Foundation

extension AsyncParsableCommand {
    /// Runs the process's command line and ends the process. What the parser says of it quotes what was typed, and goes to
    /// people by the same way as everything else.
    public static func mainShowingSafely() async -> Never {
        do {
            let command = try await asyncParseAsRoot()
            if var later = command as? any AsyncParsableCommand {
                try await later.run()
            } else {
                var now = command
                try now.run()
            }
            Foundation.exit(ExitCode.success.rawValue)
        } catch {
            let code = exitCode(for: error)
            let text = fullMessage(for: error)
            if !text.isEmpty { code.isSuccess ? say(text) : note(text) }
            Foundation.exit(code.rawValue)
        }
    }
}
