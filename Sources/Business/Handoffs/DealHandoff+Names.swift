extension DealHandoff {
    /// The stored names of all steps that a plan may have: what the catalog may give a mode.
    public static let stepNames = [
        CreateParentCustomer.name, CreateCustomer.name, CreateContact.name, ReserveDimensions.name, CreateProject.name,
        CreateTasks.name, CreateBillingSchedule.name, EndBillingSchedule.name, PublishDemand.name, ActivateProject.name,
        AnnounceHandoff.name,
    ]

    /// The systems that the fleet calls, by the names under which they are paused and left alone.
    public static let targetNames = ["CRM", "ERP", "PSA"]

    /// What a person may decide where planning cannot.
    public static let choices = [CustomerDecision.customer, CustomerDecision.parent]
}
