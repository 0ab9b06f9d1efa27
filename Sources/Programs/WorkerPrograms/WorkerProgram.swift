import Deals
import Fleet
import Foundation
import Settings
import Workers

/// The four workers' command line: `--help`, `--check`, or work until SIGTERM.
public enum WorkerProgram {
    /// Exit status of a configuration that cannot work, as in `sysexits.h`.
    static let configurationError: Int32 = 78
    /// Exit status of an unknown option.
    static let usageError: Int32 = 64

    /// Runs the worker of `queue` with the process's own arguments and environment, and exits.
    public static func main(queue: Queue, summary: String) async {
        // A reader of the log that goes away must not take the worker with it.
        signal(SIGPIPE, SIG_IGN)
        let arguments = Array(CommandLine.arguments.dropFirst())
        switch arguments {
        case ["--help"], ["-h"]:
            print(help(queue: queue, summary: summary))
        case [], ["--check"]:
            await exit(run(queue: queue, isCheck: !arguments.isEmpty))
        default:
            say("unknown arguments: \(arguments.joined(separator: " ")). Try --help.")
            exit(usageError)
        }
    }

    private static func run(queue: Queue, isCheck: Bool) async -> Int32 {
        do {
            let settings = try settings(from: ProcessInfo.processInfo.environment)
            let assembly = try Assembly(queue: queue, settings: settings)
            if isCheck {
                try await assembly.check()
                print("\(queue) worker: the configuration is fine")
            } else {
                try await assembly.run()
            }
            return 0
        } catch let problems as SettingsProblems {
            say("\(problems)")
            return configurationError
        } catch {
            say("\(queue) worker: \(error)")
            return 1
        }
    }

    /// Reads the settings; throws all their problems together, those that only other modules can see among them.
    static func settings(from environment: [String: String]) throws -> WorkerSettings {
        var problems: [SettingsProblem] = []
        var settings: WorkerSettings?
        do {
            settings = try WorkerSettings(environment: environment)
        } catch {
            problems = error.list
        }
        do {
            try environment["BATON_TRIGGER_STAGES"].map { _ = try TriggerStages(parsing: $0) }
        } catch {
            problems.append(
                SettingsProblem(
                    "BATON_TRIGGER_STAGES", wrong: "\(error)",
                    expected: "<source>=<stage>,<stage>;*=<stage>;sign:<source>=<stage>"))
        }
        do {
            try CrashPoint.check(environment["BATON_CRASH_AT"])
        } catch {
            problems.append(SettingsProblem("BATON_CRASH_AT", wrong: "\(error)", expected: "nothing, in production"))
        }
        guard let settings, problems.isEmpty else { throw SettingsProblems(problems) }
        return settings
    }

    private static func help(queue: Queue, summary: String) -> String {
        """
        Worker of the queue \(queue). \(summary)

        Usage: \(queue)-worker [--check | --help]

          (nothing)  work until SIGTERM: nothing new is taken, what is in work goes on for BATON_DRAIN_TIME
          --check    report every problem of the configuration, of the schema and of the topology, and exit
          --help     this text

        Settings are environment variables:

        \(WorkerSettings.helpText)

        Exit status: 0 stopped in order, 1 failed, 64 unknown arguments, 78 wrong settings.
        """
    }

    private static func say(_ text: String) {
        FileHandle.standardError.write(Data((text + "\n").utf8))
    }
}
