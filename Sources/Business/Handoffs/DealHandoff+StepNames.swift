extension DealHandoff {
    /// The stored names of all steps that a plan may have: what the catalog may give a mode.
    public static let stepNames = [
        CreateCustomer.name, CreateProject.name, CreateTasks.name, CreateBillingSchedule.name, EndBillingSchedule.name,
        ActivateProject.name, AnnounceHandoff.name,
    ]
}
