import Sagas
import Workers

/// Makes a thing at a target that keeps no keys, so that one stands: looked for by its key before and after.
///
/// A worker that is frozen between its last look at the clock and the sending makes a copy beside what the worker that
/// took over has made. Whoever sees both keeps the earlier, which is the same one for everybody.
struct OnlyOne {
    /// The target's name in errors.
    let target: String
    /// The ids of the things with the call's key, oldest first.
    let list: (Call) async throws -> [String]
    /// Makes one more.
    let create: (Call) async throws -> Void
    /// Takes one away; it may be gone.
    let remove: (_ id: String, Call) async throws -> Void
    /// How long after a late call its effect may still appear.
    var timing = CallTiming.standard

    /// The id of the one thing with the call's key, which is made if there is none.
    func id(as call: Call) async throws -> String {
        if let known = try await keepFirst(as: call) { return known }
        do {
            try await create(call)
        } catch let unavailable as Unavailable {
            // In time, the read-back settles what became of it. Too late, another worker may have read back already.
            if isLate(call) { try await removeLateCopies(of: call) }
            throw unavailable
        }
        if isLate(call) { try await removeLateCopies(of: call) }
        guard let made = try await keepFirst(as: call) else {
            throw Unavailable(.failure, target: target, reason: "what was just made is not found yet")
        }
        return made
    }

    private func isLate(_ call: Call) -> Bool { ContinuousClock.now > call.deadline }

    private func removeLateCopies(of call: Call) async throws {
        try await Task.sleep(for: timing.settle)
        _ = try await keepFirst(as: call.again(within: timing.budget))
    }

    private func keepFirst(as call: Call) async throws -> String? {
        let ids = try await list(call)
        for id in ids.dropFirst() { try await remove(id, call.removing(copy: id)) }
        return ids.first
    }
}

extension Call {
    /// The same call with more time.
    fileprivate func again(within time: Duration) -> Call {
        Call(key: key, correlationID: correlationID, deadline: ContinuousClock.now + time)
    }

    /// A call that takes a copy away: under a key of its own, since a key belongs to one verb.
    fileprivate func removing(copy id: String) -> Call {
        Call(key: "\(key)-copy-\(id)", correlationID: correlationID, deadline: deadline)
    }
}
