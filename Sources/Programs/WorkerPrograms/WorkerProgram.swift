import Deals
import Fleet
import Settings
import Workers

/// The four workers' command line: `--help`, `--check`, or work until SIGTERM.
public enum WorkerProgram {
    /// Runs the worker of `queue` with the process's own arguments and environment, and exits.
    static func main(queue: Queue, summary: String) async -> Never {
        await ServiceProgram(
            "\(queue)-worker", name: "\(queue) worker", summary: "Worker of the queue \(queue). \(summary)",
            works: "work until SIGTERM: nothing new is taken, what is in work goes on for BATON_DRAIN_TIME",
            checks: "the configuration, of the schema and of the topology", settings: WorkerSettings.documentation,
            left: "nothing is lost, others go on with it"
        ).main { try Assembly(queue: queue, settings: try settings(from: $0)) }
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
}
