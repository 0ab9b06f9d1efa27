import Logging
import ServiceLifecycle

/// Wakes what is due, each second, in every worker: whatever was lost, waits or was left behind comes back this way.
package struct Sweeper: Service {
    let store: any HandoffStore
    let outbox: any Outbox
    let crashes: CrashPlan
    let logger: Logger

    package init(store: any HandoffStore, outbox: any Outbox, crashes: CrashPlan, logger: Logger) {
        self.store = store
        self.outbox = outbox
        self.crashes = crashes
        self.logger = logger
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    try await sweep()
                } catch {
                    logger.warning("sweep failed, tried again", metadata: ["error": .string("\(error)")])
                }
                // Interrupted only by shutdown, which the loop's condition sees.
                try? await Task.sleep(for: store.limits.sweepInterval)
            }
        }
    }

    /// Sweeps once.
    package func sweep() async throws {
        let swept = try await store.sweep()
        crashes.reached(.sweepBeforePublish)
        try await outbox.publish(try await wanted(swept.due))
        let confirmed = try await outbox.publish(swept.incidents)
        if !confirmed.isEmpty { try await store.markCopied(confirmed) }
    }

    /// Leaves out tickets that still stand in their queue, as far as its depth tells.
    private func wanted(_ due: [Swept.Due]) async throws -> [Ticket] {
        var wanted = due.filter { !$0.wasReady }.map(\.ticket)
        for (queue, rows) in Dictionary(grouping: due.filter(\.wasReady), by: \.ticket.queue).sorted(by: {
            $0.key < $1.key
        }) {
            guard let depth = try await outbox.depth(of: queue) else {
                logger.error("queue is missing: run 'baton topology apply'", metadata: ["queue": .string(queue)])
                continue
            }
            let readyRows = try await store.readyRows(in: queue)
            wanted += ticketsToRepublish(
                rows, depth: depth.messages, consumers: depth.consumers, readyRows: readyRows)
        }
        return wanted
    }
}

/// Which of the overdue tickets of one queue are published again.
///
/// A queue that holds as many messages as rows wait for it holds their tickets too: more copies would only flood it
/// while nobody consumes. When somebody does consume and a row was passed over five times all the same, its ticket is
/// taken for lost against the count.
func ticketsToRepublish(_ due: [Swept.Due], depth: Int, consumers: Int, readyRows: Int) -> [Ticket] {
    let missing = max(readyRows - depth, 0)
    var tickets = due.prefix(missing).map(\.ticket)
    if consumers > 0 { tickets += due.dropFirst(missing).filter { $0.publishes >= 5 }.map(\.ticket) }
    return tickets
}
