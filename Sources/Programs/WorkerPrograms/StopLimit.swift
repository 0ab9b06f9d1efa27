import Foundation
import Logging
import ServiceLifecycle

/// Ends the process when it cannot finish stopping: what it waits for may be a connection that never answers.
///
/// It comes last among the services, and so hears first that they are to stop. Nothing is lost by it: what was in work has
/// its row and falls due, what is not acknowledged is handed out again, and who got no answer sends again.
package struct StopLimit: Service {
    /// For how long what is in work may go on, and then what is left may take to end.
    let drainTime: Duration
    let cancelTime: Duration
    let logger: Logger

    /// Exit status of a program that stopped before its work had ended, as `EX_TEMPFAIL` in `sysexits.h`.
    package static let unfinished: Int32 = 75

    package init(drainTime: Duration, cancelTime: Duration, logger: Logger) {
        self.drainTime = drainTime
        self.cancelTime = cancelTime
        self.logger = logger
    }

    package func run() async throws {
        do {
            try await gracefulShutdown()
            arm(after: drainTime + cancelTime)
        } catch is CancellationError {
            // Another service has failed, and all of them are cancelled at once.
            arm(after: cancelTime)
        }
    }

    /// The thread is its own: what is stuck may hold every other.
    private func arm(after limit: Duration) {
        let logger = logger
        Thread.detachNewThread {
            Thread.sleep(forTimeInterval: limit / .seconds(1))
            logger.critical(
                "stopping took longer than \(limit): the process ends, and others go on with what it had in work")
            _exit(Self.unfinished)
        }
    }
}
