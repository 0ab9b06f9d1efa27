/// Every metric that Baton publishes.
public enum MetricNames {
    /// The age of what should have moved and has not; the first thing to alert on.
    public static let oldestDue = MetricName(
        "baton_oldest_due_seconds",
        help: "How long the longest overdue handoff of a queue has been due; 0 when none is overdue.",
        labels: ["queue"])
    /// The work in hand.
    public static let open = MetricName(
        "baton_open", help: "Handoffs that are not closed, by state and queue.", labels: ["state", "queue"])
    /// What waits for a person.
    public static let incidentsOpen = MetricName(
        "baton_incidents_open", help: "Incidents that wait for a person, by owning team and class.",
        labels: ["owner", "class"])
    /// How often steps were tried.
    public static let attempts = MetricName(
        "baton_attempts_total", help: "Attempts at steps, first ones and repetitions.", labels: ["queue", "step"])
    /// How targets answer.
    public static let callSeconds = MetricName(
        "baton_call_seconds", help: "How long calls to targets took, by verb and outcome.",
        labels: ["target", "verb", "outcome"])
    /// Which targets the fleet leaves alone.
    public static let targetShutSeconds = MetricName(
        "baton_target_shut_seconds",
        help: "For how long a target is still left alone: it failed or asked for it; 0 when it may be called.",
        labels: ["target"])
    /// What the dead-letter queues still hold.
    public static let deadLettersUncollected = MetricName(
        "baton_dead_letters_uncollected",
        help: "Messages in the queue's dead-letter queue that are not yet collected into incidents.",
        labels: ["queue"])
    /// How often a scrape could not ask for its gauges.
    public static let scrapeErrors = MetricName(
        "baton_scrape_errors_total", help: "Scrapes whose gauges could not be collected; the rest was answered.")
    /// What comes in over HTTP.
    public static let gatewayRequests = MetricName(
        "baton_gateway_requests_total", help: "Requests to the gateway, by operation, source and status.",
        labels: ["operation", "source", "status"])
    /// How fast it is answered.
    public static let gatewaySeconds = MetricName(
        "baton_gateway_seconds", help: "How long requests to the gateway took, to their answer.", labels: ["operation"])

    /// All of them.
    public static let all = [
        oldestDue, open, incidentsOpen, attempts, callSeconds, targetShutSeconds, deadLettersUncollected, scrapeErrors,
        gatewayRequests, gatewaySeconds,
    ]
}
