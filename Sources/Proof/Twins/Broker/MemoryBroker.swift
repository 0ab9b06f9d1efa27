import Fleet
import FoundationEssentials
import Sagas
import Synchronization

/// The broker in memory: queues, what is unacknowledged at whom, dead letters, announcements.
package final class MemoryBroker: Sendable {
    /// A message in a queue.
    struct Message: Sendable {
        enum Content: Sendable {
            case ticket(Ticket)
            case event(Arrival)
        }

        let id: Int
        let queue: String
        let content: Content
    }

    private struct State {
        var waiting: [Message] = []
        var unacknowledged: [(message: Message, worker: String)] = []
        var deadLetters: [UUID: Int] = [:]
        var announcements: [String: Int] = [:]
        var made = 0
    }

    private let state = Mutex(State())

    package init() {}

    /// How often the copy of an incident stands in a dead-letter queue.
    package func copies(of incident: UUID) -> Int { state.withLock { $0.deadLetters[incident] ?? 0 } }
    /// How often each event was announced, by its id.
    package var announcements: [String: Int] { state.withLock { $0.announcements } }
    /// How many messages are anywhere.
    package var messages: Int { state.withLock { $0.waiting.count + $0.unacknowledged.count } }

    func publish(_ content: Message.Content, to queue: String) {
        state.withLock { state in
            state.made += 1
            state.waiting.append(Message(id: state.made, queue: queue, content: content))
        }
    }

    func copy(_ incident: UUID) {
        state.withLock { $0.deadLetters[incident, default: 0] += 1 }
    }

    func announce(_ id: String) {
        state.withLock { $0.announcements[id, default: 0] += 1 }
    }

    func depth(of queue: String) -> Int { state.withLock { $0.waiting.count { $0.queue == queue } } }

    /// Hands out the message that `choose` picks from so many; nil when none waits.
    func deliver(_ choose: (Int) -> Int, to worker: (Message) -> String) -> Message? {
        state.withLock { state in
            guard !state.waiting.isEmpty else { return nil }
            let message = state.waiting.remove(at: choose(state.waiting.count))
            state.unacknowledged.append((message, worker(message)))
            return message
        }
    }

    /// Forgets a message that its worker is done with; false when it is not at this worker any more.
    func acknowledge(_ message: Int, by worker: String) -> Bool {
        state.withLock { state in
            let before = state.unacknowledged.count
            state.unacknowledged.removeAll { $0.message.id == message && $0.worker == worker }
            return state.unacknowledged.count < before
        }
    }

    /// What a worker whose connection is gone had not acknowledged comes back.
    func returnDeliveries(of worker: String) {
        state.withLock { state in
            state.waiting.insert(
                contentsOf: state.unacknowledged.filter { $0.worker == worker }.map(\.message), at: 0)
            state.unacknowledged.removeAll { $0.worker == worker }
        }
    }
}
