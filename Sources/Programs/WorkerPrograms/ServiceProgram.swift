import Fleet
import Foundation
import Settings
import Threads

/// What a service's command line does with it, once it is put together from its settings.
package protocol Runnable {
    /// Connects once and throws what broker, database and catalog lack.
    func check() async throws
    /// Works until the process is asked to stop.
    func run() async throws
}

/// The command line that all services have: `--help`, `--check`, or work until SIGTERM.
package struct ServiceProgram {
    /// By what it is called.
    let command: String
    /// What it calls itself in what it says.
    let name: String
    let summary: String
    /// What it does without arguments, and with `--check`.
    let works: String
    let checks: String
    /// What `--help` says before the settings.
    let remark: String
    let settings: [Setting]
    /// What becomes of work that had not ended when it was stopped.
    let left: String

    /// Exit status of an unknown option, as in `sysexits.h`.
    static let usageError: Int32 = 64
    /// Exit status of what cannot work before a person has done something.
    static let configurationError: Int32 = 78

    package init(
        _ command: String, name: String? = nil, summary: String, works: String, checks: String, remark: String = "",
        settings: [Setting], left: String
    ) {
        self.command = command
        self.name = name ?? command
        self.summary = summary
        self.works = works
        self.checks = checks
        self.remark = remark
        self.settings = settings
        self.left = left
    }

    /// Does what the process's own arguments say with what `assemble` makes of its environment, and exits.
    package func main(_ assemble: ([String: String]) throws -> any Runnable) async -> Never {
        CoreDumps.forbid()
        // A reader of the log that goes away must not take the process with it.
        signal(SIGPIPE, SIG_IGN)
        let arguments = Array(CommandLine.arguments.dropFirst())
        switch arguments {
        case ["--help"], ["-h"]:
            print(help)
            exit(0)
        case [], ["--check"]:
            await exit(run(isCheck: !arguments.isEmpty, assemble))
        default:
            say("unknown arguments: \(arguments.joined(separator: " ")). Try --help.")
            exit(Self.usageError)
        }
    }

    private func run(isCheck: Bool, _ assemble: ([String: String]) throws -> any Runnable) async -> Int32 {
        do {
            let service = try assemble(ProcessInfo.processInfo.environment)
            if isCheck {
                try await service.check()
                print("\(name): the configuration is fine")
            } else {
                try await service.run()
            }
            return 0
        } catch let problems as SettingsProblems {
            say("\(problems)")
            return Self.configurationError
        } catch let problems as NotPrepared {
            say("\(name): \(problems)")
            return Self.configurationError
        } catch is CancellationError {
            say("\(name): stopped before its work had ended; \(left)")
            return StopLimit.unfinished
        } catch {
            say("\(name): \(error)")
            return 1
        }
    }

    private var help: String {
        """
        \(summary)

        Usage: \(command) [--check | --help]

          (nothing)  \(works)
          --check    report every problem of \(checks), and exit
          --help     this text

        \(remark)Settings are environment variables:

        \(settings.helpText)

        Exit status: 0 stopped in order, 1 failed, 64 unknown arguments, 75 stopped before its work had ended
        (\(left)), 78 wrong settings, or a database or broker that is not prepared.
        """
    }

    private func say(_ text: String) {
        FileHandle.standardError.write(Data((text + "\n").utf8))
    }
}
