import Synchronization

/// A value that arrives once and that one task waits for. Whatever comes after the first is dropped.
final class OneShot<Value: Sendable>: Sendable {
    private enum State {
        case empty
        case awaited(UnsafeContinuation<Value, Never>)
        case filled(Value)
    }

    private let state = Mutex(State.empty)

    /// Whether nobody needs the value any more.
    var isSettled: Bool {
        state.withLock { if case .filled = $0 { true } else { false } }
    }

    func fulfil(_ value: Value) {
        let waiting: UnsafeContinuation<Value, Never>? = state.withLock { state in
            switch state {
            case .filled: return nil
            case .empty:
                state = .filled(value)
                return nil
            case .awaited(let continuation):
                state = .filled(value)
                return continuation
            }
        }
        waiting?.resume(returning: value)
    }

    /// Waits for the value, however long it takes.
    func wait(isolation: isolated (any Actor)? = #isolation) async -> Value {
        await withUnsafeContinuation { continuation in
            let early: Value? = state.withLock { state in
                if case .filled(let value) = state { return value }
                state = .awaited(continuation)
                return nil
            }
            if let early { continuation.resume(returning: early) }
        }
    }

    /// Waits for the value, and takes `substitute` for it when the waiting task is cancelled.
    func wait(whenCancelled substitute: Value, isolation: isolated (any Actor)? = #isolation) async -> Value {
        await withTaskCancellationHandler {
            await wait(isolation: isolation)
        } onCancel: {
            fulfil(substitute)
        }
    }
}
