/// One call of `publish` that waits for the outcomes of its messages.
final class PublishCall {
    let messages: [Message]
    let deadline: ContinuousClock.Instant
    /// The first message that was not sent yet.
    private(set) var next = 0
    private var outcomes: [PublishOutcome?]
    private var open: Int
    private var continuation: CheckedContinuation<[PublishOutcome], Never>?

    init(
        _ messages: [Message], deadline: ContinuousClock.Instant,
        continuation: CheckedContinuation<[PublishOutcome], Never>
    ) {
        self.messages = messages
        self.deadline = deadline
        self.continuation = continuation
        outcomes = Array(repeating: nil, count: messages.count)
        open = messages.count
    }

    var isFinished: Bool { open == 0 }
    var isSent: Bool { next == messages.count }

    /// Hands out the next message to send.
    func takeNext() -> Int {
        defer { next += 1 }
        return next
    }

    /// Sets the outcome of a message, if it has none; the last one wakes the caller.
    func settle(_ index: Int, _ outcome: PublishOutcome) {
        guard outcomes[index] == nil else { return }
        outcomes[index] = outcome
        open -= 1
        if open == 0 { finish() }
    }

    /// Gives up on whatever is still open.
    func giveUp(unsent: PublishOutcome, sent: PublishOutcome) {
        for index in messages.indices where outcomes[index] == nil {
            settle(index, index < next ? sent : unsent)
        }
        next = messages.count
    }

    private func finish() {
        continuation?.resume(returning: outcomes.compactMap(\.self))
        continuation = nil
    }
}

/// One message of one call.
struct PublishTicket {
    let call: PublishCall
    let index: Int

    var message: Message { call.messages[index] }
}
