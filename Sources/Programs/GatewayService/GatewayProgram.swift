import Settings
import WorkerPrograms

/// The gateway's command line.
public enum GatewayProgram {
    /// Runs the gateway with the process's own arguments and environment, and exits.
    public static func main() async -> Never {
        await ServiceProgram(
            "gateway",
            summary: """
                Takes webhooks of CRM, CPQ and signature services and publishes what they say as events; validates deals.
                """,
            works: "serve until SIGTERM: nothing new is taken, what was begun is answered within BATON_DRAIN_TIME",
            checks: "the configuration, the broker and the catalog",
            remark: "GET /openapi.json describes what is served. ", settings: GatewaySettings.documentation,
            left: "who got no answer sends again"
        ).main { environment in
            let (settings, sources) = try settings(from: environment)
            return try Gateway(settings: settings, sources: sources)
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
}
