/// An answer did not come in time.
public struct DeadlinePassed: Error, CustomStringConvertible {
    let limit: Duration

    /// How long was waited.
    public var description: String { "no answer within \(limit)" }
}

/// Waits for `operation` for `limit` at most, even if it does not heed its cancellation.
public func withDeadline<Answer: Sendable>(
    _ limit: Duration, _ operation: @escaping @Sendable () async throws -> Answer
) async throws -> Answer {
    let (answers, answer) = AsyncStream<Result<Answer, any Error>>.makeStream(bufferingPolicy: .bufferingOldest(1))
    // Two tasks of their own instead of a group: a group waits for each of its children, so a question to a
    // frozen server would freeze the scrape that is to report it. Both are cancelled here, and neither can fail unheard.
    let work = Task {
        do {
            answer.yield(.success(try await operation()))
        } catch {
            answer.yield(.failure(error))
        }
    }
    let alarm = Task {
        do {
            try await Task.sleep(for: limit)
        } catch {
            return  // the answer came first
        }
        answer.yield(.failure(DeadlinePassed(limit: limit)))
    }
    defer {
        work.cancel()
        alarm.cancel()
    }
    for await first in answers { return try first.get() }
    throw CancellationError()
}
