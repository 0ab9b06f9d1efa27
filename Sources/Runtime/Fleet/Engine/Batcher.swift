import Synchronization

/// Gathers what arrives while a commit runs, and commits it together: never waits to fill.
///
/// The first to arrive leads: it runs the batch, and when others have come meanwhile one of them leads the next.
/// So there is no task of the batcher's own, and a batch of one costs no more than a direct call.
final class Batcher<Item: Sendable, Answer: Sendable>: Sendable {
    private enum Turn: Sendable {
        case answer(Answer)
        case lead
    }

    private struct Waiting {
        var item: Item
        var continuation: CheckedContinuation<Turn, any Error>
    }

    private struct State {
        var waiting: [Waiting] = []
        var isLed = false
    }

    private let limit: Int
    private let run: @Sendable ([Item]) async throws -> [Answer]
    private let isItemFault: @Sendable (any Error) -> Bool
    private let state = Mutex(State())

    /// Runs at most `limit` items at once. When a batch fails for a fault that one item alone may have, each is run
    /// singly, so that one bad row does not take the others with it.
    init(
        limit: Int, isItemFault: @escaping @Sendable (any Error) -> Bool = { _ in false },
        run: @escaping @Sendable ([Item]) async throws -> [Answer]
    ) {
        self.limit = limit
        self.isItemFault = isItemFault
        self.run = run
    }

    /// Answers `item`, together with whatever else is waiting.
    func submit(_ item: Item) async throws -> Answer {
        let mustLead = state.withLock { state in
            defer { state.isLed = true }
            return !state.isLed
        }
        if mustLead { return try await lead(with: item) }
        let turn: Turn = try await withCheckedThrowingContinuation { continuation in
            let leads = state.withLock { state in
                if state.isLed {
                    state.waiting.append(Waiting(item: item, continuation: continuation))
                    return false
                }
                state.isLed = true
                return true
            }
            if leads { continuation.resume(returning: .lead) }
        }
        switch turn {
        case .answer(let answer): return answer
        case .lead: return try await lead(with: item)
        }
    }

    private func lead(with item: Item) async throws -> Answer {
        let others = state.withLock { state in
            let taken = Array(state.waiting.prefix(limit - 1))
            state.waiting.removeFirst(taken.count)
            return taken
        }
        defer { passTheLead() }
        let outcomes = await outcomes(of: [item] + others.map(\.item))
        for (waiting, outcome) in zip(others, outcomes.dropFirst()) {
            waiting.continuation.resume(with: outcome.map(Turn.answer))
        }
        return try outcomes[0].get()
    }

    private func outcomes(of items: [Item]) async -> [Result<Answer, any Error>] {
        do {
            let answers = try await runShielded(items)
            precondition(answers.count == items.count, "\(answers.count) answers to \(items.count) items")
            return answers.map { .success($0) }
        } catch {
            guard items.count > 1, isItemFault(error) else { return items.map { _ in .failure(error) } }
        }
        var outcomes: [Result<Answer, any Error>] = []
        for item in items {
            do {
                outcomes.append(.success(try await runShielded([item])[0]))
            } catch {
                outcomes.append(.failure(error))
            }
        }
        return outcomes
    }

    /// A batch belongs to all its items: cancelling the task that happens to lead it must not cancel theirs. So it runs
    /// in a task of its own, which is awaited right here.
    private func runShielded(_ items: [Item]) async throws -> [Answer] {
        try await Task { [run] in try await run(items) }.value
    }

    private func passTheLead() {
        let next = state.withLock { state -> Waiting? in
            guard !state.waiting.isEmpty else {
                state.isLed = false
                return nil
            }
            return state.waiting.removeFirst()
        }
        next?.continuation.resume(returning: .lead)
    }
}
