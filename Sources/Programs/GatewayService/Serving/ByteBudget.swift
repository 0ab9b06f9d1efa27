import Synchronization

/// How many bytes of bodies are held at once, of all requests together.
final class ByteBudget: Sendable {
    private let limit: Int
    private let held = Mutex(0)

    init(_ limit: Int) {
        self.limit = limit
    }

    /// What one request holds.
    final class Share: Sendable {
        private let budget: ByteBudget
        private let bytes = Mutex(0)

        fileprivate init(_ budget: ByteBudget) {
            self.budget = budget
        }

        /// Adds to what is held. Throws ``Problem`` where the budget is used up.
        func take(_ count: Int) throws(Problem) {
            let fits = budget.held.withLock { held in
                guard count <= budget.limit - held else { return false }
                held += count
                return true
            }
            guard fits else {
                throw Problem(.tooMany, "the bodies in work fill what there is room for: send this one again later")
            }
            bytes.withLock { $0 += count }
        }

        fileprivate func give() {
            let count = bytes.withLock { bytes in
                defer { bytes = 0 }
                return bytes
            }
            budget.held.withLock { $0 -= count }
        }
    }

    /// Runs `work` with a share that is given back after it.
    func share<Value: Sendable>(_ work: (Share) async throws -> Value) async throws -> Value {
        let share = Share(self)
        defer { share.give() }
        return try await work(share)
    }
}
