import Logging
import RabbitMQ
import Sagas
import ServiceLifecycle
import Synchronization
import Workers

/// Feeds the deliveries of a queue to their handler, all at once, and acknowledges each when it has ended.
///
/// Shutdown has two phases: at first nothing new is taken and what is in work goes on; when the drain time is over the
/// group cancels what is left, and the broker hands it out again.
struct Pump<S: Saga>: Service {
    let consumer: Consumer
    let handler: DeliveryHandler<S>
    let startCheck: StartCheck
    let stopping: StopSign
    let logger: Logger

    func run() async throws {
        guard try await passStartCheck() else { return }
        let settled = Batcher<DeliveryTag, Void>(limit: 1000) { [consumer] tags in
            await consumer.settle(tags)
            return tags.map { _ in }
        }
        let oneAtATime = SerialGate()
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask {
                try await gracefulShutdown()
                stopping.raise()
                logger.info("stopping: nothing new is taken, what is in work goes on")
                await consumer.stopConsuming()
            }
            for await batch in consumer.deliveries {
                for delivery in batch {
                    group.addTask {
                        // A redelivered message may be the one that killed its worker: it shall not take others along.
                        let mustBeAlone = delivery.isRedelivered
                        if mustBeAlone { await oneAtATime.enter() }
                        do {
                            let isDone = try await handler.handle(delivery)
                            if mustBeAlone { oneAtATime.leave() }
                            if isDone { try await settled.submit(delivery.tag) }
                        } catch {
                            if mustBeAlone { oneAtATime.leave() }
                            throw error
                        }
                    }
                }
            }
        }
        await consumer.close()
    }
}

extension Pump {
    /// Waits for broker and database for as long as they are away; throws when they are there and lack something.
    /// False when the process was stopped before.
    private func passStartCheck() async throws -> Bool {
        let backoff = Backoff(base: .milliseconds(200), cap: .seconds(5), attempts: .max)
        var failures = 0
        while !Task.isShuttingDownGracefully {
            do {
                try await startCheck.check()
                logger.info("ready for work")
                return true
            } catch let error as NotPrepared {
                throw error
            } catch {
                failures += 1
                logger.warning("broker or database is away, tried again", metadata: ["error": .string("\(error)")])
                try await Task.sleep(for: backoff.wait(afterFailures: failures, fraction: Double.random(in: 0...1)))
            }
        }
        return false
    }
}

/// Whether the process is stopping; once raised it stays.
final class StopSign: Sendable {
    private let isRaisedFlag = Atomic(false)

    var isRaised: Bool { isRaisedFlag.load(ordering: .relaxed) }
    func raise() { isRaisedFlag.store(true, ordering: .relaxed) }
}

/// Lets one task through at a time, in the order in which they came.
final class SerialGate: Sendable {
    private struct State {
        var isTaken = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }
    private let state = Mutex(State())

    func enter() async {
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                if state.isTaken {
                    state.waiting.append(continuation)
                    return false
                }
                state.isTaken = true
                return true
            }
            if isFree { continuation.resume() }
        }
    }

    func leave() {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            if state.waiting.isEmpty {
                state.isTaken = false
                return nil
            }
            return state.waiting.removeFirst()
        }
        next?.resume()
    }
}
