/// The time for `work` was over before it was done.
struct TimeOver: Error {}

/// Runs `work`, and cancels it at `deadline`.
func until<Value: Sendable>(
    _ deadline: ContinuousClock.Instant, _ work: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    try await withThrowingTaskGroup(of: Value.self) { group in
        defer { group.cancelAll() }
        group.addTask { try await work() }
        group.addTask {
            try await Task.sleep(until: deadline, clock: .continuous)
            throw TimeOver()
        }
        guard let first = try await group.next() else { throw CancellationError() }
        return first
    }
}
