import Foundation
import Settings

/// The gateway's command line: `--help`, `--check`, or serve until SIGTERM.
public enum GatewayProgram {
    /// Exit status of a configuration that cannot work, as in `sysexits.h`.
    static let configurationError: Int32 = 78
    /// Exit status of an unknown option.
    static let usageError: Int32 = 64

    /// Runs the gateway with the process's own arguments and environment, and exits.
    public static func main() async {
        // A reader of the log that goes away must not take the gateway with it.
        signal(SIGPIPE, SIG_IGN)
        let arguments = Array(CommandLine.arguments.dropFirst())
        switch arguments {
        case ["--help"], ["-h"]:
            print(help)
        case [], ["--check"]:
            await exit(run(isCheck: !arguments.isEmpty))
        default:
            say("unknown arguments: \(arguments.joined(separator: " ")). Try --help.")
            exit(usageError)
        }
    }

    private static func run(isCheck: Bool) async -> Int32 {
        do {
            let (settings, sources) = try settings(from: ProcessInfo.processInfo.environment)
            let gateway = try Gateway(settings: settings, sources: sources)
            if isCheck {
                try await gateway.check()
                print("gateway: the configuration is fine")
            } else {
                try await gateway.run()
            }
            return 0
        } catch let problems as SettingsProblems {
            say("\(problems)")
            return configurationError
        } catch {
            say("gateway: \(error)")
            return 1
        }
    }

    /// Reads the settings and the sources; throws all that is wrong with both together.
    static func settings(
        from environment: [String: String]
    ) throws -> (settings: GatewaySettings, sources: [String: Source]) {
        var problems: [SettingsProblem] = []
        var settings: GatewaySettings?
        do {
            settings = try GatewaySettings(environment: environment)
        } catch {
            problems = error.list
        }
        var sources: [String: Source] = [:]
        if let file = environment["BATON_GATEWAY_SOURCES"], !file.isEmpty {
            let folder = settings?.secretsFolder ?? environment["BATON_GATEWAY_SECRETS"] ?? "/run/secrets"
            do {
                sources = try SourcesFile.read(file, secretsIn: folder)
            } catch {
                problems += error.list
            }
        }
        guard let settings, problems.isEmpty else { throw SettingsProblems(problems) }
        return (settings, sources)
    }

    private static var help: String {
        """
        Takes webhooks of CRM, CPQ and signature services and publishes what they say as events; validates deals.

        Usage: gateway [--check | --help]

          (nothing)  serve until SIGTERM: nothing new is taken, what was begun is answered within BATON_DRAIN_TIME
          --check    report every problem of the configuration, the broker and the catalog, and exit
          --help     this text

        GET /openapi.json describes what is served. Settings are environment variables:

        \(GatewaySettings.helpText)

        Exit status: 0 stopped in order, 1 failed, 64 unknown arguments, 78 wrong settings.
        """
    }

    private static func say(_ text: String) {
        FileHandle.standardError.write(Data((text + "\n").utf8))
    }
}
