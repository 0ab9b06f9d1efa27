import ArgumentParser
import Fleet
import Foundation
import Logging
import ServiceLifecycle
import Workers

/// One worker of the measured fleet; `bench` starts one for each queue.
struct BenchWorker: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "worker", abstract: "One worker; started by bench.")

    @Argument(help: "The queue.") var queue: String
    @Option(help: "Milliseconds that each call takes.") var callMilliseconds = 0
    @Option(help: "Calls a step.") var calls = 1

    func run() async throws {
        guard let queue = BenchSaga.queues.first(where: { $0.name == queue }) else {
            throw ValidationError("no such queue: \(queue)")
        }
        var logger = Logger(label: "bench", factory: { StreamLogHandler.standardError(label: $0) })
        logger.logLevel = .warning
        let servers = try BenchServers(environment: ProcessInfo.processInfo.environment)
        let process = try WorkerProcess(
            BenchSaga.self, queue: queue, settings: servers.fleetSettings(), logger: logger)
        let saga = BenchSaga(callTime: .milliseconds(callMilliseconds), calls: calls)
        let intake = queue == BenchIntake.queue ? BenchIntake(admissions: process.ports.admissions) : nil
        try await ServiceGroup(
            services: process.services(saga: saga, worker: intake), gracefulShutdownSignals: [.sigterm],
            logger: logger
        ).run()
    }
}
