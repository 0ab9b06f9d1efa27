import Handoffs

extension WorkerProgram {
    /// The worker that takes deal events.
    public static func dealEvents() async -> Never {
        await main(queue: .dealEvents, summary: "Takes deal events, checks them, and plans handoffs.")
    }

    /// The worker that makes projects.
    public static func projectProvisioning() async -> Never {
        await main(queue: .projectProvisioning, summary: "Makes customer, project and tasks.")
    }

    /// The worker that makes billing schedules.
    public static func billingSchedules() async -> Never {
        await main(queue: .billingSchedules, summary: "Makes the billing schedule.")
    }

    /// The worker that tells others.
    public static func statusFeedback() async -> Never {
        await main(
            queue: .statusFeedback,
            summary: "Activates the project, announces it, and tells the CRM how far each deal is.")
    }
}
