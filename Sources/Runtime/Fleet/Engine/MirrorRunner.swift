import FoundationEssentials
import Logging
import Sagas
import Workers

/// Tells another system what it shall say about a contract: the latest state, whatever was skipped.
package struct MirrorRunner: Sendable {
    let writers: [String: any StatusWriter]
    let queue: Queue
    let store: any HandoffStore
    let outbox: any Outbox
    let crashes: CrashPlan
    let logger: Logger
    let host: Host

    package init(
        writers: [String: any StatusWriter], queue: Queue, store: any HandoffStore, outbox: any Outbox,
        crashes: CrashPlan, logger: Logger, host: Host = .real
    ) {
        self.writers = writers
        self.queue = queue
        self.store = store
        self.outbox = outbox
        self.crashes = crashes
        self.logger = logger
        self.host = host
    }

    /// Looks at the status that a ticket names.
    package func look(at key: MirrorKey) async throws {
        guard let mirror = try await store.take(key) else { return }
        let settled = try await store.settle(MirrorOutcome(mirror: mirror, result: try await write(mirror)))
        crashes.reached(.commitBeforePublish)
        try await outbox.publish(settled.tickets)
        if let incident = settled.incident { try await store.copyToDeadLetters([incident], outbox: outbox) }
    }

    private func write(_ mirror: TakenMirror) async throws -> MirrorOutcome.Result {
        let target = mirror.key.target
        guard let writer = writers[target] else {
            return .waiting(for: queue.backoff.cap, isAttempt: true, reason: "no adapter for \(target)")
        }
        let gate = try await store.gate(of: target)
        if case .shut(let cause, let time) = gate {
            return .waiting(for: time, isAttempt: false, reason: "\(target) is left alone: \(cause.name)")
        }
        let result = await write(mirror, by: writer)
        if let answer = Self.answer(result), answer != .well || gate.wantsSuccess {
            try await store.note(TargetReport(target: target, answer: answer, wasProbe: gate == .probe))
        }
        return result
    }

    private func write(_ mirror: TakenMirror, by writer: any StatusWriter) async -> MirrorOutcome.Result {
        let budget = (store.limits.targets[mirror.key.target] ?? .standard).budget
        let attempt = SagaAttempt(
            key: "\(mirror.key.opportunity)/\(mirror.key.object)/\(mirror.sourceVersion)",
            correlationID: mirror.correlationID, deadline: host.now() + budget, receipts: [:])
        do {
            try await writer.write(
                StatusReport(
                    opportunity: mirror.key.opportunity, contract: mirror.contract, content: mirror.wanted,
                    since: mirror.since, nextTry: mirror.nextTry, sourceVersion: mirror.sourceVersion,
                    questions: mirror.questions), on: attempt)
            return .written
        } catch is CancellationError {
            return .waiting(for: .zero, isAttempt: false, reason: "interrupted")
        } catch {
            return later(mirror, error)
        }
    }

    /// How the target answered; nil where it was not asked to the end.
    private static func answer(_ result: MirrorOutcome.Result) -> TargetReport.Answer? {
        switch result {
        case .written, .refused: .well
        case .waiting(_, true, let reason): .failed(reason: reason)
        case .waiting(.zero, false, _): nil
        case .waiting(let time, false, _): .throttled(for: time)
        }
    }

    private func later(_ mirror: TakenMirror, _ error: any Error) -> MirrorOutcome.Result {
        let unavailable = error as? Unavailable
        let reason = unavailable?.description ?? (error as? Refused)?.description ?? "\(type(of: error))"
        logger.warning(
            "status is written again later",
            metadata: [
                "correlation": .string(mirror.correlationID), "target": .string(mirror.key.target),
                "reason": .string(reason),
            ])
        if let refused = error as? Refused {
            return .refused(for: queue.backoff.cap, reason: refused.reason, said: refused.said)
        }
        let backoff = queue.backoff.wait(
            afterFailures: mirror.attempts + 1, fraction: host.fraction())
        return .waiting(
            for: max(backoff, unavailable?.retryAfter ?? .zero), isAttempt: unavailable?.isAttempt ?? true,
            reason: reason)
    }
}
