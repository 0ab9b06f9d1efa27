import Foundation
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import ServiceLifecycle
import UnixSignals

/// The stand-in for CRM, ERP and PSA over HTTP.
public struct SandboxServer: Sendable {
    private let settings: SandboxSettings
    private let ledger: Ledger

    /// Opens the state file; what is wrong with it is thrown, what was repaired goes to `note`.
    public init(_ settings: SandboxSettings, note: (String) -> Void = SandboxServer.note) throws {
        self.settings = settings
        let (log, world) = try EffectLog.open(settings.stateFile, note: note)
        ledger = Ledger(world: world, log: log)
    }

    /// Listens until SIGTERM or SIGINT; `onReady` is told the port.
    public func run(onReady: @escaping @Sendable (Int) async -> Void = { _ in }) async throws {
        // Connections that are still closing may hold on to the state for a moment longer.
        defer { ledger.release() }
        try await services(stoppingOn: [.sigterm, .sigint], onReady: onReady).run()
    }

    /// Listens while `body`, which is told the port, runs; then stops in order.
    ///
    /// Cancelling the server instead would end the process when a connection arrives at that moment.
    public func serve<Value: Sendable>(while body: (Int) async throws -> Value) async throws -> Value {
        defer { ledger.release() }
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let services = services(stoppingOn: []) { port.yield($0) }
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { port.finish() }
                try await services.run()
            }
            guard let number = await ports.first(where: { _ in true }) else {
                try await group.waitForAll()
                throw CancellationError()
            }
            let result: Result<Value, any Error>
            do {
                result = .success(try await body(number))
            } catch {
                result = .failure(error)
            }
            await services.triggerGracefulShutdown()
            try await group.waitForAll()
            return try result.get()
        }
    }

    private func services(
        stoppingOn signals: [UnixSignal], onReady: @escaping @Sendable (Int) async -> Void
    ) -> ServiceGroup {
        var logger = Logger(label: "sandbox") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = .warning
        let (settings, log) = (settings, logger)
        let application = Application(
            router: router(),
            server: .http1(configuration: HTTP1Channel.Configuration(idleTimeout: .minutes(5))),
            configuration: ApplicationConfiguration(
                address: .hostname(settings.host, port: settings.port), serverName: "sandbox", backlog: 1024),
            onServerRunning: { channel in
                let port = channel.localAddress?.port ?? settings.port
                do {
                    if let file = settings.portFile {
                        try Data("\(port)\n".utf8).write(to: URL(filePath: file), options: .atomic)
                    }
                } catch {
                    log.error("port file not written: \(error)")
                }
                await onReady(port)
            },
            logger: logger)
        return ServiceGroup(
            configuration: .init(services: [application], gracefulShutdownSignals: signals, logger: logger))
    }

    /// Writes a line to standard error.
    public static func note(_ line: String) {
        FileHandle.standardError.write(Data("sandbox: \(line)\n".utf8))
    }

    private func router() -> Router<SandboxContext> {
        let router = Router(context: SandboxContext.self)
        let desk = Desk(settings: settings, ledger: ledger)
        desk.addSystems(to: router)
        desk.addAdmin(to: router)
        return router
    }
}
