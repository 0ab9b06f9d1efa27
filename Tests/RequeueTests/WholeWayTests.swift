import Foundation
import Support
import Testing

@Suite struct WholeWayTests {
    @Test(
        "M6 I3 a deal that the ERP refused goes on after a send, and its incident is resolved by that alone",
        .timeLimit(.minutes(2)))
    func refusedThenSent() async throws {
        try await TestCompany.with { company in
            let desk = SupportDesk(schema: company.schema, broker: company.broker, publisher: company.publisher)
            try await faults(
                #"[{"system":"erp","verb":"create_project","effect":"refuse","code":"tax_unknown","text":"no tax"}]"#,
                at: company)
            let outcome = await company.publish(try TestDeals.event(opportunity: "O-1"))
            #expect(outcome == .confirmed)
            try await eventually("the deal is parked") {
                try await company.value("SELECT state FROM handoffs") == "parked"
            }
            let id = try #require(try await company.value("SELECT id FROM incidents"))
            #expect(try await desk.requeue("show", id).output.contains("step create-project, at ERP"))

            #expect(try await desk.requeue("send", id, "--yes").status == 0)
            try await eventually("it is refused again") {
                try await company.value("SELECT count(*) FROM incidents") == "2"
            }
            #expect(try await !desk.requeue("list", "--state", "closed", "--json").output.contains("resolved"))

            try await faults("[]", at: company)
            let sent = try await desk.requeue("send", "--all-matching", "--deal", "O-1", "--yes")
            #expect(sent.status == 0, "\(sent.words)")
            try await eventually("the deal is finished") {
                try await company.value("SELECT state FROM handoffs") == "finished"
            }
            let closed = try await desk.requeue("list", "--state", "closed", "--json")
            #expect(try closed.decoded(as: [ListedIncident].self).map(\.status).last == "resolved")
            let effects = try company.effects()
            #expect(effects.count { $0.verb == "create_project" } == 1)

            let steps = try await company.schema.database.query("SELECT name FROM steps")
            #expect(steps.count == 6)
            let shown = try await desk.requeue("show", id).output
            for step in steps {
                let name = try step.value(0, as: String.self)
                let line = shown.split(separator: "\n").first { $0.contains("\t\(name)\t") }
                #expect(line.map { !$0.contains("\t-\t") } == true, "\(name) has no target in:\n\(shown)")
            }
            #expect(try await desk.requeue("drain").status == 0)
            #expect(try await desk.value("SELECT count(*) FROM incidents") == "2", "copies open nothing")
        }
    }

    private func faults(_ rules: String, at company: TestCompany) async throws {
        let curl = Process()
        curl.executableURL = URL(fileURLWithPath: "/usr/bin/curl")
        curl.arguments = [
            "-sf", "-o", "/dev/null", "-X", "PUT", "-d", rules,
            company.targets.appending(path: "admin/faults").absoluteString,
        ]
        try await curl.runToEnd()
    }
}
