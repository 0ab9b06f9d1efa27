import ArgumentParser
import Foundation

/// Measures the fleet on private servers: what one machine carries, and where the time goes.
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measures the four-stage handoff.",
        discussion:
            "Wants the environment that 'Deploy/local/servers env bench' prints. Prints one line of JSON a phase.",
        subcommands: [Run.self, BenchWorker.self], defaultSubcommand: Run.self)

    struct Run: AsyncParsableCommand {
        @Option(help: "Handoffs of the throughput phase.") var handoffs = 10_000
        @Option(help: "Deals a second of the latency phase.") var rate = 100
        @Option(help: "Seconds of the latency phase.") var seconds = 15
        @Option(help: "Handoffs of the phase with calls that take 20 ms.") var slowHandoffs = 2_000
        @Option(help: "Deals of the planning phase.") var deals = 100_000
        @Option(help: "The folder of the catalog of the planning phase.") var catalog = "Catalog"
        @Flag(help: "Only the planning phase, which needs no servers.") var onlyPlanning = false

        func validate() throws {
            guard handoffs > 0, rate > 0, seconds > 0, slowHandoffs > 0, deals >= 10 else {
                throw ValidationError("counts must be positive, and the deals at least 10")
            }
        }

        func run() async throws {
            try await PlanningMeasurement(catalog: catalog, deals: deals).run()
            guard !onlyPlanning else { return }
            let servers = try BenchServers(environment: ProcessInfo.processInfo.environment)
            try await Measurement(servers: servers, label: "throughput").backlog(handoffs, callTime: nil)
            try await Measurement(servers: servers, label: "latency").latency(rate: rate, seconds: seconds)
            try await Measurement(servers: servers, label: "calls").backlog(slowHandoffs, callTime: .milliseconds(20))
        }
    }
}
