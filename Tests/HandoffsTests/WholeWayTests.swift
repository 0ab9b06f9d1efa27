import RabbitMQ
import Support
import Testing

@Suite struct WholeWayTests {
    @Test(
        "a published deal becomes a customer, a project, tasks, a schedule and a status in the CRM",
        .timeLimit(.minutes(2)))
    func wholeWay() async throws {
        try await TestCompany.with { company in
            #expect(await company.publish(try TestDeals.event(opportunity: "O-1")) == .confirmed)
            try await eventually("it is finished") {
                try await company.value(
                    """
                    SELECT count(*) FROM handoffs JOIN mirrors USING (opportunity)
                    WHERE handoffs.state = 'finished' AND mirrors.due_at IS NULL
                    """) == "1"
            }
            let verbs = try company.effects().map(\.verb).filter { $0 != "write_handoff" }
            #expect(
                verbs == [
                    "create_customer", "create_project", "create_tasks", "create_billing_schedule",
                    "activate_project",
                ])
        }
    }
}
