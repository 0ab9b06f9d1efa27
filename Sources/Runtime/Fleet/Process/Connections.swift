import PostgreSQL
import RabbitMQ
import ServiceLifecycle
import Workers

/// A connection that keeps itself up until the process has stopped everything that uses it.
struct Connection: Service {
    let run: @Sendable () async throws -> Void

    init(run: @escaping @Sendable () async throws -> Void) {
        self.run = run
    }

    func run() async throws {
        try await cancelWhenGracefulShutdown { try await self.run() }
    }
}
