import Synchronization

/// How much a process has in work at once: who comes when there is no room waits, in the order in which they came.
///
/// What is in work makes calls, and a call's time runs on this host: more of them than it can serve would only make all of
/// them late, and the targets look slow.
final class Room: Sendable {
    private struct State {
        var free: Int
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>

    init(for limit: Int) {
        state = Mutex(State(free: max(limit, 1)))
    }

    /// Runs `body` when there is room for it.
    func hold<Value>(_ body: () async throws -> Value) async throws -> Value {
        await enter()
        defer { leave() }
        return try await body()
    }

    /// Takes so many free places at the most, without waiting, and answers how many; each is to be left.
    func enter(upTo limit: Int) -> Int {
        state.withLock { state in
            let taken = state.waiting.isEmpty ? min(state.free, limit) : 0
            state.free -= taken
            return taken
        }
    }

    /// Leaves a place to whoever waits.
    func leave() {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            if state.waiting.isEmpty {
                state.free += 1
                return nil
            }
            return state.waiting.removeFirst()
        }
        next?.resume()
    }

    private func enter() async {
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                if state.free > 0 {
                    state.free -= 1
                    return true
                }
                state.waiting.append(continuation)
                return false
            }
            if isFree { continuation.resume() }
        }
    }
}

/// The room that one process has: telling statuses takes none away from handoffs.
struct WorkRoom: Sendable {
    let handoffs: Room
    let statuses: Room

    /// Room for `limit` handoffs and half as many statuses.
    init(for limit: Int) {
        handoffs = Room(for: limit)
        statuses = Room(for: limit / 2)
    }
}
