import Logging
import RabbitMQ
import ServiceLifecycle

/// A connection that keeps itself up until the process has stopped everything that uses it.
struct Connection: Service {
    let run: @Sendable () async throws -> Void

    init(run: @escaping @Sendable () async throws -> Void) {
        self.run = run
    }

    func run() async throws {
        try await cancelWhenGracefulShutdown { try await self.run() }
        // Who used it may have closed it already; a service ends only when its turn has come.
        try await gracefulShutdown()
    }
}

/// One log line for each change of a broker connection.
struct ConnectionLog: Sendable {
    let logger: Logger

    func note(_ event: ConnectionEvent, of connection: String) {
        let metadata: Logger.Metadata = ["connection": .string(connection)]
        switch event {
        case .connected(let address):
            logger.info("connected to the broker at \(address)", metadata: metadata)
        case .lost(let error):
            logger.warning("broker connection is lost: \(error)", metadata: metadata)
        case .blocked(let reason):
            logger.warning("the broker takes no messages for now: \(reason)", metadata: metadata)
        case .unblocked:
            logger.info("the broker takes messages again", metadata: metadata)
        case .cancelled(let queue):
            logger.warning("the broker ended consuming of \(queue)", metadata: metadata)
        }
    }
}
