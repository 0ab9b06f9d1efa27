import Metrics

/// Counts events that came in, by what became of them.
public enum IntakeCounters {
    /// What can become of one.
    static let outcomes = ["accepted", "duplicate", "stale", "ignored", "conflict", "rejected"]

    /// Shows every outcome from the beginning on, at 0: a series that appears with its first event has no rate before.
    public static func begin() { for outcome in outcomes { counter(outcome).increment(by: 0) } }

    static func count(_ outcome: String) { counter(outcome).increment() }

    private static func counter(_ outcome: String) -> Counter {
        Counter(label: "baton_intake_events_total", dimensions: [("outcome", outcome)])
    }
}
