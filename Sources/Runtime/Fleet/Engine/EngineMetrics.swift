import Metrics

/// What the engine counts by itself; everything else is read from the store when somebody asks.
package struct EngineMetrics: Sendable {
    package init() {}

    /// Counts one call of a step.
    func attempts(step: String, queue: String) {
        Counter(label: "baton_attempts_total", dimensions: [("queue", queue), ("step", step)]).increment()
    }
}
