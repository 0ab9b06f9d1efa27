import Settings

/// The command line of the collector of dead letters.
public enum CollectorProgram {
    /// Runs the collector with the process's own arguments and environment, and exits.
    public static func main() async -> Never {
        await ServiceProgram(
            CollectorAssembly.name,
            summary: """
                Turns dead letters into incidents, each as it comes: what workers refused, what the broker gave up, and what
                no queue takes. Any number of them may run.
                """,
            works: "work until SIGTERM", checks: "the configuration, of the schema and of the topology",
            settings: CollectorSettings.documentation, left: "nothing is lost, others go on with it"
        ).main { try CollectorAssembly(settings: try CollectorSettings(environment: $0)) }
    }
}
