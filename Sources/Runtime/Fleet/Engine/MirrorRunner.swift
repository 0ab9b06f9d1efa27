import FoundationEssentials
import Logging
import Sagas
import Workers

/// Tells another system what it shall say about an opportunity: the latest state, whatever was skipped.
struct MirrorRunner: Sendable {
    let writers: [String: any StatusWriter]
    let queue: Queue
    let store: HandoffStore
    let outbox: Outbox
    let crashes: CrashPlan
    let logger: Logger

    /// Looks at the status that a ticket names.
    func look(at key: MirrorKey) async throws {
        guard let mirror = try await store.take(key) else { return }
        let result = await write(mirror)
        let tickets = try await store.settle(MirrorOutcome(mirror: mirror, result: result))
        crashes.reached(.commitBeforePublish)
        try await outbox.publish(tickets)
    }

    private func write(_ mirror: TakenMirror) async -> MirrorOutcome.Result {
        guard let writer = writers[mirror.key.target] else {
            return .waiting(for: queue.backoff.cap, isAttempt: true, reason: "no adapter for \(mirror.key.target)")
        }
        let attempt = SagaAttempt(
            key: "\(mirror.key.opportunity)/\(mirror.key.object)/\(mirror.sourceVersion)",
            correlationID: mirror.correlationID, deadline: .now + CallTiming.standard.budget, receipts: [:])
        do {
            try await writer.write(
                StatusReport(
                    opportunity: mirror.key.opportunity, content: mirror.wanted, since: mirror.since,
                    sourceVersion: mirror.sourceVersion), on: attempt)
            return .written
        } catch is CancellationError {
            return .waiting(for: .zero, isAttempt: false, reason: "interrupted")
        } catch {
            let unavailable = error as? Unavailable
            let reason = unavailable?.description ?? (error as? Refused)?.description ?? "\(type(of: error))"
            logger.warning(
                "status is written again later",
                metadata: [
                    "correlation": .string(mirror.correlationID), "target": .string(mirror.key.target),
                    "reason": .string(reason),
                ])
            let backoff = queue.backoff.wait(
                afterFailures: mirror.attempts + 1, fraction: Double.random(in: 0...1))
            return .waiting(
                for: max(backoff, unavailable?.retryAfter ?? .zero), isAttempt: unavailable?.isAttempt ?? true,
                reason: reason)
        }
    }
}
