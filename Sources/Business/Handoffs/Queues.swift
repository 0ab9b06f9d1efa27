import Workers

/// The work queues of the fleet; `Queues/<name>/queue.yml` documents each and is kept equal.
extension Queue {
    /// Events from publishers, and tickets of the stage that validates and plans; waits 1 s, 2 s, 4 s … 60 s at most.
    public static let dealEvents = Queue(
        name: "deal-events", prefetch: 200, backoff: Backoff(base: .seconds(1), cap: .seconds(60), attempts: 8))

    /// Tickets of the stage that creates customer, project and tasks; waits 2 s, 4 s, 8 s … 128 s at most.
    public static let projectProvisioning = Queue(
        name: "project-provisioning", prefetch: 200,
        backoff: Backoff(base: .seconds(2), cap: .seconds(5 * 60), attempts: 8))

    /// Tickets of the stage that creates the billing schedule; waits 2 s, 4 s, 8 s … 128 s at most.
    public static let billingSchedules = Queue(
        name: "billing-schedules", prefetch: 200,
        backoff: Backoff(base: .seconds(2), cap: .seconds(5 * 60), attempts: 8))

    /// Tickets of the stage that writes back to the CRM and announces; waits 2 s, 4 s, 8 s … 10 min at most.
    public static let statusFeedback = Queue(
        name: "status-feedback", prefetch: 200,
        backoff: Backoff(base: .seconds(2), cap: .seconds(10 * 60), attempts: 12))

    /// Every work queue, in the order in which a deal passes through them.
    public static let all: [Queue] = [.dealEvents, .projectProvisioning, .billingSchedules, .statusFeedback]
}
