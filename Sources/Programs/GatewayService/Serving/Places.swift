import Synchronization

/// A number of places: so many in all, and so many under each name, so that one cannot take those of all.
final class Places: Sendable {
    private struct State {
        var all = 0
        var each: [String: Int] = [:]
    }

    /// How many there are.
    let inAll: Int
    /// How many of them one name may have.
    let each: Int
    private let taken = Mutex(State())

    init(inAll: Int = .max, each: Int) {
        self.inAll = inAll
        self.each = each
    }

    /// Runs `work` in a place of `name`, or throws ``Problem`` where there is none.
    func hold<Value: Sendable>(_ name: String, _ work: () async throws -> Value) async throws -> Value {
        guard enter(name) else {
            throw Problem(.tooMany, "too many requests are in work: send this one again when they are answered")
        }
        defer { leave(name) }
        return try await work()
    }

    /// Takes a place; false where there is none. Pairs with `leave`.
    func enter(_ name: String) -> Bool {
        taken.withLock { taken in
            let count = taken.each[name, default: 0]
            guard taken.all < inAll, count < each else { return false }
            taken.all += 1
            taken.each[name] = count + 1
            return true
        }
    }

    /// Gives a place back.
    func leave(_ name: String) {
        taken.withLock { taken in
            taken.all -= 1
            let count = taken.each[name, default: 1] - 1
            taken.each[name] = count > 0 ? count : nil
        }
    }
}
