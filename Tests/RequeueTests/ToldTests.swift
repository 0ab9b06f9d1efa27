import Foundation
import Support
import Testing

@Suite struct ToldTests {
    private func parked(
        _ opportunity: String, at company: TestCompany
    ) async throws -> (desk: SupportDesk, id: String) {
        try await company.administer(
            "PUT", "admin/faults",
            #"[{"verb":"create_billing_schedule","effect":"refuse","code":"no_rule","text":"no revenue rule"}]"#)
        let outcome = await company.publish(try TestDeals.event(opportunity: opportunity))
        #expect(outcome == .confirmed)
        try await eventually("the deal is parked") {
            try await company.value("SELECT count(*) FROM incidents WHERE state = 'open'") == "1"
        }
        let desk = SupportDesk(schema: company.schema, broker: company.broker, publisher: company.publisher)
        return (desk, try #require(try await company.value("SELECT id FROM incidents")))
    }

    private func shows(_ parts: [String], _ opportunity: String, _ desk: SupportDesk, _ company: TestCompany)
        async throws
    {
        try await eventually("the CRM shows \(parts)", within: .seconds(20)) {
            let told = try await desk.told(opportunity, at: company)
            return parts.allSatisfy { told.contains($0) }
        }
    }

    @Test("SUP-2.6 what a person keeps is told to the CRM as discarded, with what is there", .timeLimit(.minutes(1)))
    func kept() async throws {
        try await TestCompany.with { company in
            let (desk, id) = try await parked("O-1", at: company)
            try await shows([#""state":"blocked""#, #""waitingOn":"finance""#], "O-1", desk, company)
            let done = try await desk.requeue(
                "discard", id, "--keep", "--reason", "finance will bill by hand", "--yes")
            #expect(done.status == 0, "\(done.words)")
            try await shows([#""state":"discarded""#, "PRJ-", "CUS-"], "O-1", desk, company)
            #expect(try await !desk.told("O-1", at: company).contains("waitingOn\":\"finance"))
            try await eventually("the status is settled") {
                try await desk.baton("show", "O-1").output.contains("CRM          is up to date")
            }
        }
    }

    @Test("SUP-2.6 what is undone is told to the CRM as cancelled, and waits on nobody", .timeLimit(.minutes(1)))
    func undone() async throws {
        try await TestCompany.with { company in
            let (desk, id) = try await parked("O-1", at: company)
            #expect(try await desk.requeue("discard", id, "--undo", "--reason", "not sold", "--yes").status == 0)
            try await shows([#""state":"cancelled""#], "O-1", desk, company)
            #expect(try await !desk.told("O-1", at: company).contains(#""waitingOn":""#))
        }
    }

    @Test(
        "SUP-2.6 where a refused version is given up, the CRM shows again what stands of the one before",
        .timeLimit(.minutes(1)), arguments: ["O-1", "O-0"])
    func refused(under name: String) async throws {
        try await TestCompany.with { company in
            let desk = SupportDesk(schema: company.schema, broker: company.broker, publisher: company.publisher)
            #expect(try await company.publish(TestDeals.event(opportunity: "O-1")) == .confirmed)
            try await shows([#""state":"staffing ready""#], "O-1", desk, company)
            try await company.schema.database.script(
                """
                INSERT INTO opportunity_names (name, opportunity, since)
                VALUES ('O-0', 'O-1', now())
                """)
            let wrong = try TestDeals.event(opportunity: name, version: 2) { event in
                var data = event["data"] as? [String: Any] ?? [:]
                data["totalMinor"] = 1
                event["data"] = data
            }
            #expect(await company.publish(wrong) == .confirmed)
            try await shows([#""state":"blocked""#, "sales_operations"], "O-1", desk, company)
            #expect(
                try await desk.requeue("discard", "--all-matching", "--deal", name, "--reason", "r", "--yes").status
                    == 0)
            try await shows([#""state":"staffing ready""#, "PRJ-"], "O-1", desk, company)
            #expect(try await company.value("SELECT count(DISTINCT opportunity) FROM mirrors") == "1")
        }
    }

    @Test("SUP-2.6 a refused deal that is given up is told as discarded", .timeLimit(.minutes(1)))
    func neverTaken() async throws {
        try await TestCompany.with { company in
            let desk = SupportDesk(schema: company.schema, broker: company.broker, publisher: company.publisher)
            let wrong = try TestDeals.event(opportunity: "O-1") { event in
                var data = event["data"] as? [String: Any] ?? [:]
                data["totalMinor"] = 1
                event["data"] = data
            }
            #expect(await company.publish(wrong) == .confirmed)
            try await shows([#""state":"blocked""#], "O-1", desk, company)
            #expect(
                try await desk.requeue("discard", "--all-matching", "--deal", "O-1", "--reason", "r", "--yes").status
                    == 0)
            try await shows([#""state":"discarded""#], "O-1", desk, company)
        }
    }
}
