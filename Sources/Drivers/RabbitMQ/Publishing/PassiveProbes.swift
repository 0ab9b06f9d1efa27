/// Questions whether queues and exchanges exist, asked one at a time on a channel of their own: the broker answers
/// "no" by closing the channel.
struct PassiveProbes {
    enum Subject: Equatable {
        case queue(String)
        case exchange(String)

        var name: String {
            switch self {
            case .queue(let name), .exchange(let name): name
            }
        }
    }

    enum Answer: Equatable {
        case queue(QueueDepth)
        case exchange
        case missing
    }

    /// What to send next.
    enum Step: Equatable {
        case openChannel
        case ask(Subject)
    }

    typealias Continuation = CheckedContinuation<Result<Answer, RabbitMQError>, Never>

    private struct Probe {
        let subject: Subject
        let deadline: ContinuousClock.Instant
        /// Nil once the caller was told that it takes too long; the answer must still be waited for.
        var continuation: Continuation?
    }

    private enum ChannelState {
        case closed, opening, open, asked
    }

    private var waiting: [Probe] = []
    private var channel = ChannelState.closed

    /// When the oldest question expires.
    var nextExpiry: ContinuousClock.Instant? {
        waiting.first { $0.continuation != nil }?.deadline
    }

    mutating func add(_ subject: Subject, deadline: ContinuousClock.Instant, _ continuation: Continuation) {
        waiting.append(Probe(subject: subject, deadline: deadline, continuation: continuation))
    }

    /// What to send now, if anything; it counts as sent.
    mutating func nextStep() -> Step? {
        guard let first = waiting.first else { return nil }
        switch channel {
        case .closed:
            channel = .opening
            return .openChannel
        case .open:
            channel = .asked
            return .ask(first.subject)
        case .opening, .asked: return nil
        }
    }

    mutating func channelOpened() {
        channel = .open
    }

    /// The broker knows the thing in question; queues come with their depth.
    mutating func found(_ depth: QueueDepth?) {
        guard channel == .asked else { return }
        channel = .open
        answer(.success(depth.map { .queue($0) } ?? .exchange))
    }

    /// The broker closed the channel: "not found", or a real complaint.
    mutating func channelClosed(code: UInt16, text: String) {
        channel = .closed
        let notFound: UInt16 = 404
        answer(code == notFound ? .success(.missing) : .failure(.channelClosed(code: code, text: text)))
    }

    /// The questions stay; they are asked again on the next connection.
    mutating func sessionEnded() {
        channel = .closed
        if let first = waiting.first, first.continuation == nil { waiting.removeFirst() }
    }

    mutating func expire(at now: ContinuousClock.Instant, error: RabbitMQError) {
        for index in waiting.indices where waiting[index].deadline <= now {
            waiting[index].continuation?.resume(returning: .failure(error))
            waiting[index].continuation = nil
        }
        // The first may be on the wire: its answer is still to come.
        let asked = channel == .asked ? waiting.prefix(1) : []
        waiting = asked + waiting.dropFirst(asked.count).filter { $0.continuation != nil }
    }

    mutating func failAll(_ error: RabbitMQError) {
        for probe in waiting { probe.continuation?.resume(returning: .failure(error)) }
        waiting = []
    }

    private mutating func answer(_ result: Result<Answer, RabbitMQError>) {
        guard !waiting.isEmpty else { return }
        waiting.removeFirst().continuation?.resume(returning: result)
    }
}
