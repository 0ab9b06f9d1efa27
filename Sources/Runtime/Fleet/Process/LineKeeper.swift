import FoundationEssentials
import Logging
import Sagas
import ServiceLifecycle
import Synchronization

/// Looks at what stands ready without waiting for its ticket, as far as this process has room, in the order of the line.
///
/// A ticket may stand behind many others, behind events, at a broker that is away, or be lost: what is ready is worked on
/// all the same. To the protocol this is one more ticket, which only the row decides about.
struct LineKeeper<S: Saga>: Service {
    let store: any HandoffStore
    let runner: HandoffRunner<S>
    let room: Room
    let stopping: StopSign
    let logger: Logger

    func run() async throws {
        // One mark at the most: who has just looked need not look twice.
        let (marks, marker) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let interval = store.limits.sweepInterval
        let inWork = InWork()
        await withDiscardingTaskGroup { group in
            group.addTask {
                await cancelWhenGracefulShutdown {
                    while !Task.isCancelled {
                        marker.yield()
                        // Interrupted only by shutdown, which the loop's condition sees.
                        try? await Task.sleep(for: interval)
                    }
                }
                marker.finish()
            }
            for await _ in marks where !stopping.isRaised {
                let found = await next(besides: inWork)
                for id in found {
                    group.addTask {
                        await look(at: id)
                        room.leave()
                        inWork.remove(id)
                        // Where so much stood in line that there was no room for more, there may be more.
                        marker.yield()
                    }
                }
            }
        }
    }

    /// What can be looked at now: a place in the room is taken for each.
    private func next(besides inWork: InWork) async -> [UUID] {
        let places = room.enter(upTo: Self.most)
        var found: [UUID] = []
        if places > 0 {
            do {
                found = inWork.add(try await store.next(places))
            } catch {
                // The sweeper tells of a store that is away.
                logger.debug("the line cannot be seen", metadata: ["error": .string("\(error)")])
            }
        }
        for _ in found.count..<places { room.leave() }
        return found
    }

    /// How many are begun at one look: the rest is left to others, who look too.
    private static var most: Int { 50 }

    private func look(at id: UUID) async {
        do {
            try await runner.look(at: id)
        } catch {
            // The row says what happened, and falls due.
            logger.warning(
                "a handoff is left to the next who looks",
                metadata: ["handoff": .string(id.lowercased), "error": .string("\(error)")])
        }
    }
}

/// What a process looks at already: who has not taken it yet shall not do so twice.
private final class InWork: Sendable {
    private let ids = Mutex<Set<UUID>>([])

    /// Adds what is not in it, and answers that.
    func add(_ found: [UUID]) -> [UUID] { ids.withLock { ids in found.filter { ids.insert($0).inserted } } }
    func remove(_ id: UUID) { ids.withLock { _ = $0.remove(id) } }
}

/// Has what is out looked at again when a connection to the broker comes back: it may have lost what it had confirmed.
struct Reconnections: Service {
    let store: any HandoffStore
    let marks: AsyncStream<Void>
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var isFirst = true
            for await _ in marks {
                defer { isFirst = false }
                if isFirst { continue }
                do {
                    try await store.hurry(.all)
                } catch {
                    logger.warning(
                        "tickets are looked at only when they count as lost", metadata: ["error": .string("\(error)")])
                }
            }
        }
    }
}
