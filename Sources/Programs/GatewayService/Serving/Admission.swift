import Synchronization

/// Counts what is in work under each name, so that one source's load is not another's. A source's name is not proven
/// before its body was read: keep strangers off by a proxy.
final class Admission: Sendable {
    /// How many requests under one name may be in work at once.
    let limit: Int
    private let inWork = Mutex<[String: Int]>([:])

    init(limit: Int) {
        self.limit = limit
    }

    /// Runs `work` under the name `caller`, or throws ``Problem`` where too much of it is in work.
    func admit<Value: Sendable>(_ caller: String, _ work: () async throws -> Value) async throws -> Value {
        try enter(caller)
        defer { leave(caller) }
        return try await work()
    }

    private func enter(_ caller: String) throws(Problem) {
        let isFull = inWork.withLock { inWork in
            let count = inWork[caller, default: 0]
            if count < limit { inWork[caller] = count + 1 }
            return count >= limit
        }
        if isFull {
            throw Problem(.tooMany, "\(limit) requests are in work: send this one again when they are answered")
        }
    }

    private func leave(_ caller: String) {
        inWork.withLock { $0[caller, default: 1] -= 1 }
    }
}
