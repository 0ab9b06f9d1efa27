/// Every metric that Baton publishes.
public enum MetricNames {
    /// The age of what should have moved and has not; the first thing to alert on.
    public static let oldestDue = MetricName(
        "baton_oldest_due_seconds",
        help: "How long the longest overdue handoff of a queue has been due; 0 when none is overdue.\(ofTheStore)",
        labels: ["queue"])
    /// The work in hand.
    public static let open = MetricName(
        "baton_handoffs_open", help: "Handoffs that are not closed, by state and queue.\(ofTheStore)",
        labels: ["state", "queue"])
    /// What waits for a person.
    public static let incidentsOpen = MetricName(
        "baton_incidents_open", help: "Incidents that wait for a person, by owning team and class.\(ofTheStore)",
        labels: ["owner", "class"])
    /// How long people have been waited for.
    public static let oldestIncident = MetricName(
        "baton_oldest_incident_seconds",
        help: "Since when the longest trouble lasts that waits for a team; 0 when none does.\(ofTheStore)",
        labels: ["owner"])
    /// What deals that wait for people are worth.
    public static let heldUp = MetricName(
        "baton_held_up_amount",
        help: "What the deals are worth that cannot go on until a person acts, refused ones among them.\(ofTheStore)",
        labels: ["currency"])
    /// What people have paused.
    public static let paused = MetricName(
        "baton_paused", help: "1 where people paused a queue or a target, else 0.\(ofTheStore)",
        labels: ["kind", "name"])
    /// What became of events.
    public static let intake = MetricName(
        "baton_intake_events_total", help: "Events that came in, by what became of them.", labels: ["outcome"])
    /// How often steps were tried.
    public static let attempts = MetricName(
        "baton_attempts_total", help: "Attempts at steps, first ones and repetitions.", labels: ["queue", "step"])
    /// How targets answer.
    public static let callSeconds = MetricName(
        "baton_call_seconds",
        help: """
            How long calls to targets took, by verb and outcome: ok, accepted (202: done later), refused, throttled (429), \
            unavailable.
            """,
        labels: ["target", "verb", "outcome"])
    /// Which targets the fleet leaves alone.
    public static let targetShutSeconds = MetricName(
        "baton_target_shut_seconds",
        help:
            "For how long a target is still left alone: it failed or asked for it; 0 when it may be called.\(ofTheStore)",
        labels: ["target"])
    /// What the dead-letter queues still hold.
    public static let deadLettersUncollected = MetricName(
        "baton_dead_letters_uncollected",
        help: "Messages in the queue's dead-letter queue of which no incident is known yet.",
        labels: ["queue"])
    /// What became of dead letters.
    public static let deadLettersCollected = MetricName(
        "baton_dead_letters_collected_total",
        help: "Dead letters taken out: opened (a new incident), known (one more time), copy or ticket.",
        labels: ["queue", "outcome"])
    /// What a worker cannot finish.
    public static let deliveriesKept = MetricName(
        "baton_deliveries_kept",
        help: "Deliveries that this process keeps and tries again, because database or broker is away.",
        labels: ["queue"])
    /// How often a scrape could not ask for its gauges.
    public static let scrapeErrors = MetricName(
        "baton_scrape_errors_total", help: "Scrapes whose gauges could not be collected; the rest was answered.")
    /// What runs.
    public static let buildInfo = MetricName(
        "baton_build_info", help: "Always 1: the program, the schema it was built for, and the compiler.",
        labels: ["program", "schema", "compiler"])
    /// Since when it runs.
    public static let processStart = MetricName(
        "process_start_time_seconds", help: "When the process began, in seconds since 1970.")
    /// What comes in over HTTP.
    public static let gatewayRequests = MetricName(
        "baton_gateway_requests_total", help: "Requests to the gateway, by operation, source and status.",
        labels: ["operation", "source", "status"])
    /// What came in and could not be read.
    public static let gatewayUnread = MetricName(
        "baton_gateway_unread_total",
        help: "Entries of webhooks that could not be read and were handed on as what becomes an incident, by source.",
        labels: ["source"])
    /// How fast it is answered.
    public static let gatewaySeconds = MetricName(
        "baton_gateway_seconds", help: "How long requests to the gateway took, to their answer.", labels: ["operation"])

    /// All of them.
    public static let all = [
        oldestDue, open, incidentsOpen, oldestIncident, heldUp, paused, intake, attempts, callSeconds,
        targetShutSeconds, deadLettersUncollected, deadLettersCollected, deliveriesKept, scrapeErrors, buildInfo,
        processStart,
        gatewayRequests, gatewayUnread, gatewaySeconds,
    ]

    /// Added up over processes, these would count everything once for each.
    private static let ofTheStore = " The same from every worker: take the maximum, not the sum."
}
