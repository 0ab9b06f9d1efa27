import Metrics
import RabbitMQ
import Synchronization

/// The deliveries that a worker keeps because database or broker is away, for whoever asks how it stands.
final class KeptDeliveries: Sendable {
    private let state = Mutex<[DeliveryTag: ContinuousClock.Instant]>([:])
    private let gauge: Gauge
    private let patience: Duration

    /// Those of `queue`; what is kept longer than `patience` is trouble.
    init(queue: String, patience: Duration) {
        self.patience = patience
        gauge = Gauge(label: "baton_deliveries_kept", dimensions: [("queue", queue)])
        gauge.record(0)
    }

    /// Notes that a delivery failed again; it is in work since `began`.
    func keep(_ tag: DeliveryTag, since began: ContinuousClock.Instant) { change { $0[tag] = began } }

    /// Notes that a delivery has ended.
    func release(_ tag: DeliveryTag) {
        change { $0[tag] = nil }
    }

    /// How many are kept for longer than the patience.
    func overdue(at now: ContinuousClock.Instant = .now) -> Int {
        state.withLock { kept in kept.values.count { now - $0 > patience } }
    }

    private func change(_ edit: (inout [DeliveryTag: ContinuousClock.Instant]) -> Void) {
        let count = state.withLock { kept in
            edit(&kept)
            return kept.count
        }
        gauge.record(count)
    }
}
