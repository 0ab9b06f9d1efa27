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
        let swept = try await store.sweep(publishing: await outbox.isReady())
        crashes.reached(.sweepBeforePublish)
        try await outbox.publish(swept.tickets)
        let republished = try await outbox.publish(try await lost(swept.overdue))
        if !republished.isEmpty { try await store.notePublished(republished) }
        let confirmed = try await outbox.publish(swept.incidents)
        if !confirmed.isEmpty { try await store.markCopied(confirmed) }
    }

    /// Leaves out tickets that still stand in their queue, as far as its depth tells.
    private func lost(_ overdue: [Swept.Overdue]) async throws -> [Ticket] {
        var lost: [Ticket] = []
        for (queue, rows) in Dictionary(grouping: overdue, by: \.ticket.queue).sorted(by: { $0.key < $1.key }) {
            guard let depth = try await outbox.depth(of: queue) else {
                logger.error("queue is missing: run 'baton topology apply'", metadata: ["queue": .string(queue)])
                continue
            }
            lost += lostTickets(rows, depth: depth.messages, out: try await store.ticketsOut(in: queue))
        }
        return lost
    }
}

/// Which of the overdue tickets of one queue are published again: as many as the queue lacks, the longest overdue first.
///
/// A queue that holds as many messages as rows have tickets out holds their tickets too, and more copies would only flood
/// it while nobody consumes. A queue keeps its order: where some are lost, it is those that should have come long ago.
func lostTickets(_ overdue: [Swept.Overdue], depth: Int, out: Int) -> [Ticket] {
    overdue.sorted { $0.age > $1.age }.prefix(max(out - depth, 0)).map(\.ticket)
}
