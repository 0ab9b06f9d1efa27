import Foundation
import RabbitMQ
import Support
import Testing

extension Fleets {
    /// What the CRM shows of contracts of which people have to decide, with real servers.
    @Suite(.serialized) struct StandingTests {
        @Test(
            "V5 V2 a change order whose base can never come is told at once, and each contract has its own status",
            .timeLimit(.minutes(2)))
        func standing() async throws {
            try await TestCompany.with { company in
                await company.send(try TestDeals.event(opportunity: "O-3", contract: "CT-30"))
                for opportunity in ["O-4", "O-5"] {
                    await company.send(try TestDeals.event(opportunity: opportunity, version: 2) { $0.change(base: 1) })
                    try await shows(company, opportunity) { $0.state == "received" }
                    await company.send(try TestDeals.event(opportunity: opportunity, version: 3))
                }
                await company.send(try TestDeals.event(opportunity: "O-3", contract: "CT-31"))
                try await eventually("people are asked at once") {
                    try await company.count("incidents WHERE class = 'base_stale' AND state = 'open'") == 2
                }
                for opportunity in ["O-4", "O-5"] { await company.send(try TestDeals.event(opportunity: opportunity)) }
                try await company.finished(4)
                try await twoContracts(company)
                try await withoutBase(company)
            }
        }

        private func withoutBase(_ company: TestCompany) async throws {
            #expect(try await company.count("events WHERE version = 1 AND outcome = 'stale'") == 2)
            for opportunity in ["O-4", "O-5"] {
                try await shows(company, opportunity) {
                    $0.state == "blocked" && $0.waitingOn == "sales_operations" && $0.projectId != nil
                        && $0.attention?.contains("change order 2 changes a version that can no longer come") == true
                }
            }
            let late = try await company.baton(["list", "--late"])
            #expect(late.output.contains("O-4") && late.output.contains("data quality"), "\(late.output)")
            let sent = try await company.requeue(
                ["send", "--all-matching", "--class", "base_stale", "--reason", "again", "--yes"])
            #expect(sent.status == 4, "\(sent.output)")
            #expect(
                sent.output.contains("can no longer come, so there is nothing to send: publish the contract as a"))
            let given = try await company.requeue(
                ["discard", "--all-matching", "--class", "base_stale", "--deal", "O-4", "--reason", "in 3", "--yes"])
            #expect(given.status == 0, "\(given.output)")
            await company.send(try TestDeals.event(opportunity: "O-5", version: 4))
            for (opportunity, state) in [("O-4", "discarded"), ("O-5", "stopped")] {
                try await eventually("the change order of \(opportunity) is \(state)") {
                    try await company.value(
                        "SELECT state FROM handoffs WHERE opportunity = '\(opportunity)' AND version = 2")
                        == state
                }
                try await shows(company, opportunity) { $0.state == "staffing ready" && $0.attention == nil }
            }
            let left = try await company.value(
                "SELECT string_agg(resolution, ',' ORDER BY resolution) FROM incidents WHERE class = 'base_stale'")
            #expect(left == "discarded,superseded")
        }

        private func twoContracts(_ company: TestCompany) async throws {
            try await company.cancel("O-3", contract: "CT-30", version: 2)
            try await eventually("a person is asked") {
                try await company.value("SELECT state FROM handoffs WHERE kind = 'cancel'") == "waiting"
            }
            let handoff = try await company.value("SELECT id FROM handoffs WHERE kind = 'cancel'")
            let answer = try await company.baton(["approve", try #require(handoff), "--reason", "withdrawn"])
            #expect(answer.status == 0, "\(answer.output)")
            try await eventually("the CRM shows both truths", within: .seconds(30)) {
                try await company.contracts(of: "O-3").map { "\($0.contract ?? "-") \($0.state)" } == [
                    "CT-30 cancelled", "CT-31 staffing ready",
                ]
            }
        }

        private func shows(
            _ company: TestCompany, _ opportunity: String,
            _ isShown: @escaping @Sendable (TestCompany.ToldStatus) -> Bool
        ) async throws {
            try await eventually("the CRM shows it of \(opportunity)", within: .seconds(30)) {
                try await company.statuses(of: opportunity).last.map(isShown) ?? false
            }
        }
    }
}

extension [String: Any] {
    /// Makes a change order of a deal's event.
    fileprivate mutating func change(base: Int) {
        var data = self["data"] as? [String: Any] ?? [:]
        data["baseVersion"] = base
        self["data"] = data
    }
}
