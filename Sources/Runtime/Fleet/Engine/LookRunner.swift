import Crypto
import FoundationEssentials
import Logging
import Sagas
import ServiceLifecycle
import Workers

/// Looks again at what was once in doubt, after its handoff has closed: a target may have taken effect when nobody
/// waited for it any more. Copies that nothing stands on are taken away, of others people are told.
package struct LookRunner<S: Saga>: Service {
    let saga: S
    let queue: Queue
    let store: any HandoffStore
    let outbox: any Outbox
    let logger: Logger
    /// Whether the process is stopping: then nothing new is begun.
    let isStopping: @Sendable () -> Bool
    let host: Host

    package init(
        saga: S, queue: Queue, store: any HandoffStore, outbox: any Outbox, logger: Logger,
        isStopping: @escaping @Sendable () -> Bool, host: Host = .real
    ) {
        self.saga = saga
        self.queue = queue
        self.store = store
        self.outbox = outbox
        self.logger = logger
        self.isStopping = isStopping
        self.host = host
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    try await lookAround()
                } catch {
                    logger.warning("looks failed, tried again", metadata: ["error": .string("\(error)")])
                }
                // Interrupted only by shutdown, which the loop's condition sees.
                try? await Task.sleep(for: store.limits.sweepInterval)
            }
        }
    }

    /// Makes the looks that are due, several at a time: a slow target must not hold up those at others.
    package func lookAround() async throws {
        let looks = try await store.takeLooks()
        await withTaskGroup(of: Void.self) { group in
            for (place, look) in looks.enumerated() {
                if place >= 5 { await group.next() }
                group.addTask { await make(look) }
            }
        }
    }

    /// One that cannot be made is taken again when its lease is over.
    private func make(_ look: TakenLook) async {
        do {
            try await self.look(look)
        } catch {
            logger.warning(
                "look is made again later", metadata: metadata(look, "error", "\(error)"))
        }
    }

    /// Makes one look, to the end of what can be done now.
    package func look(_ look: TakenLook) async throws {
        let task: SagaTask<S.Plan>
        do {
            task = try self.task(of: look)
        } catch {
            let reason = (error as? Refused)?.reason ?? "the stored plan cannot be read by this version"
            try await copy(
                await store.settle(
                    LookOutcome(
                        look: look, target: "the step's target", isShared: true, result: .givenUp(reason: reason),
                        removalTime: .zero)), of: look)
            return
        }
        // So many copies are not removed at once that the lease could end meanwhile without anybody noticing.
        for _ in 0..<10 {
            if isStopping() { return }
            let settled = try await settle(look, task, try await found(look, task))
            switch settled.next {
            case .end: return
            case .ask: continue
            case .remove(let id):
                guard let trouble = try await remove(id, look, task) else { continue }
                if try await settle(look, task, trouble).next == .end { return }
            }
        }
        _ = try await settle(look, task, .later(after: queue.backoff.cap, isAttempt: true, reason: "still there"))
    }

    private func settle(
        _ look: TakenLook, _ task: SagaTask<S.Plan>, _ result: LookOutcome.Result
    ) async throws -> SettledLook {
        let timing = timing(of: task)
        let settled = try await store.settle(
            LookOutcome(
                look: look, target: task.target, isShared: task.claim != nil, result: result,
                // The removal, and the question that follows it.
                removalTime: timing.window + timing.budget + store.limits.lease(covering: timing.budget)))
        try await copy(settled, of: look)
        return settled
    }

    private func copy(_ settled: SettledLook, of look: TakenLook) async throws {
        guard !settled.incidents.isEmpty else { return }
        logger.error("an effect that came late is left to people", metadata: metadata(look))
        try await store.copyToDeadLetters(settled.incidents, outbox: outbox)
    }

    /// Asks for everything under the step's key.
    private func found(_ look: TakenLook, _ task: SagaTask<S.Plan>) async throws -> LookOutcome.Result {
        let gate = try await store.gate(of: task.target)
        if case .shut(let cause, let time) = gate {
            return .later(after: time, isAttempt: false, reason: "\(task.target) is left alone: \(cause.name)")
        }
        let attempt = SagaAttempt(
            key: Self.hash(task.claim?.key ?? look.key), correlationID: look.correlationID,
            deadline: host.now() + timing(of: task).budget, receipts: look.receipts)
        do {
            let found = try await task.step.findAll(for: task.plan, on: attempt).map(\.externalID)
            try await note(.well, task, gate)
            return .found(found)
        } catch {
            return try await later(error, look, task, gate)
        }
    }

    /// Takes a copy away whose removal is announced; nil where the target has answered, which the next question proves.
    private func remove(
        _ id: String, _ look: TakenLook, _ task: SagaTask<S.Plan>
    ) async throws -> LookOutcome.Result? {
        let window = Window(from: host.now(), timing(of: task))
        let attempt = SagaAttempt(
            key: Self.hash("\(look.key)/copy/\(id)"), correlationID: look.correlationID, sendBy: window.sendBy,
            deadline: window.deadline, receipts: look.receipts)
        do {
            switch try await task.step.compensate(
                Receipt(externalID: id, origin: .created), for: task.plan, on: attempt)
            {
            case .undone:
                logger.notice("an effect that came late is taken away", metadata: metadata(look, "id", id))
                return nil
            case .kept(let because, _): return .kept(id: id, because: because)
            }
        } catch let refused as Refused {
            return .kept(id: id, because: refused.reason)
        } catch is NotSent {
            return nil
        } catch {
            return try await later(error, look, task, .open)
        }
    }

    private func later(
        _ error: any Error, _ look: TakenLook, _ task: SagaTask<S.Plan>, _ gate: TargetGate
    ) async throws -> LookOutcome.Result {
        if error is CancellationError { throw error }
        let unavailable = error as? Unavailable
        let reason = unavailable?.description ?? (error as? Refused)?.description ?? "\(type(of: error))"
        let isAttempt = unavailable?.isAttempt ?? true
        switch unavailable?.cause {
        case .failure: try await note(.failed(reason: reason), task, gate)
        case .throttled: try await note(.throttled(for: unavailable?.retryAfter ?? queue.backoff.cap), task, gate)
        case .accepted, .claimed, nil: break
        }
        let failures = look.attempts + 1
        if isAttempt, queue.backoff.isUsedUp(afterFailures: failures) { return .givenUp(reason: reason) }
        let backoff = queue.backoff.wait(afterFailures: failures, fraction: host.fraction())
        return .later(after: max(backoff, unavailable?.retryAfter ?? .zero), isAttempt: isAttempt, reason: reason)
    }

    private func note(_ answer: TargetReport.Answer, _ task: SagaTask<S.Plan>, _ gate: TargetGate) async throws {
        if answer == .well, !gate.wantsSuccess { return }
        try await store.note(TargetReport(target: task.target, answer: answer, wasProbe: gate == .probe))
    }

    private func timing(of task: SagaTask<S.Plan>) -> CallTiming {
        store.limits.targets[task.target] ?? task.step.timing
    }

    private func task(of look: TakenLook) throws -> SagaTask<S.Plan> {
        let plan = try JSONDecoder().decode(S.Plan.self, from: Data(look.plan.utf8))
        let subjects = [look.step.handoff: SagaSubject(plan, of: saga)]
        return try subjects.task(StepRecord(id: look.step, label: look.label, queue: queue.name, key: look.key))
    }

    private func metadata(_ look: TakenLook, _ pairs: String...) -> Logger.Metadata {
        var metadata: Logger.Metadata = [
            "handoff": .string(look.step.handoff.lowercased), "correlation": .string(look.correlationID),
            "step": .string(look.label), "round": .stringConvertible(look.round),
        ]
        for index in stride(from: 0, to: pairs.count - 1, by: 2) { metadata[pairs[index]] = .string(pairs[index + 1]) }
        return metadata
    }

    private static func hash(_ text: String) -> String { SHA256.hash(data: Data(text.utf8)).hexadecimal }
}
