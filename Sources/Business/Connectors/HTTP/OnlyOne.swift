import Sagas
import Workers

/// Makes a thing at a target that keeps no keys, so that one stands: looked for by its key before and after.
///
/// A worker that is frozen between its last look at the clock and the sending makes a copy beside what the worker that
/// took over has made. Whoever sees both keeps the earlier, which is the same one for everybody. A worker that ends
/// before it has looked again leaves its copy.
struct OnlyOne {
    /// The target's name in errors.
    let target: String
    /// The ids of the things with the call's key, oldest first.
    let list: (Call) async throws -> [String]
    /// Makes one more.
    let create: (Call) async throws -> Void
    /// Takes one away; it may be gone.
    let remove: (_ id: String, Call) async throws -> Undone
    /// How long after a late call its effect may still appear, and how long looking for it may take.
    var timing = CallTiming.standard

    /// The id of the one thing with the call's key, which is made if there is none. Once one may stand, nothing that
    /// fails says that none does.
    func id(as call: Call) async throws -> String {
        let known = try await list(call)
        guard known.isEmpty else { return try await leavingDoubt { try await keepFirst(of: known, as: call) } }
        do {
            try await create(call)
        } catch let unavailable as Unavailable where isLate(call) {
            // In time, the read-back settles what became of it. Too late, another worker may have read back already.
            _ = try await leavingDoubt { try await keepFirstOfLate(call) }
            throw unavailable
        }
        return try await leavingDoubt {
            if isLate(call) { return try await keepFirstOfLate(call) }
            return try await keepFirst(of: list(call), as: call)
        }
    }

    private func isLate(_ call: Call) -> Bool { ContinuousClock.now > call.deadline }

    private func keepFirstOfLate(_ late: Call) async throws -> String {
        try await Task.sleep(for: timing.settle)
        let call = Call(
            key: late.key, correlationID: late.correlationID, deadline: ContinuousClock.now + timing.budget)
        return try await keepFirst(of: list(call), as: call)
    }

    private func keepFirst(of ids: [String], as call: Call) async throws -> String {
        guard let first = ids.first else {
            throw Unavailable(.failure, target: target, reason: "what was just made is not found yet")
        }
        for id in ids.dropFirst() {
            if case .kept(let because, _) = try await remove(id, call.removing(copy: id)) {
                throw Unavailable(.failure, target: target, reason: "the copy \(id) cannot be removed: \(because)")
            }
        }
        return first
    }

    private func leavingDoubt(_ look: () async throws -> String) async throws -> String {
        do {
            return try await look()
        } catch let refused as Refused {
            throw Unavailable(.failure, target: target, reason: refused.reason)
        } catch let unavailable as Unavailable {
            throw Unavailable(.failure, target: target, reason: unavailable.reason)
        }
    }
}

extension Call {
    /// What stands in the key of a removal between that of what was made and the copy's id.
    private static let copyMark = "-copy-"

    /// A call that takes a copy away: under a key of its own, since a key belongs to one verb.
    fileprivate func removing(copy id: String) -> Call {
        Call(key: key + Self.copyMark + id, correlationID: correlationID, deadline: deadline)
    }
}
