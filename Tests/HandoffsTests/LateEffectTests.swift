import Foundation
import Support
import Testing

extension Fleets {
    /// Targets that answer late, and take effect after the caller has left.
    @Suite(.serialized) struct LateEffectTests {
        /// A tenth of what the field asks for, so that a test is over before its reader is.
        static let short = [
            "BATON_ERP_CALL_BUDGET": "2s", "BATON_ERP_SETTLING_TIME": "1s", "BATON_PSA_CALL_BUDGET": "2s",
            "BATON_PSA_SETTLING_TIME": "1s", "BATON_SEND_WINDOW": "500ms", "BATON_LEASE": "11s",
            "BATON_LATER_LOOKS": "1s,3s,6s,9s",
        ]

        @Test(
            "V1 a slow look before a slow create takes none of its time: one project, and nobody is asked",
            .timeLimit(.minutes(2)))
        func slowLook() async throws {
            try await TestCompany.with(settings: Self.short) { company in
                try await company.faults(
                    """
                    [{"verb":"find_projects","effect":"latency","latencyMs":1700,"count":1},
                     {"verb":"create_project","effect":"latency","latencyMs":1600,"count":1}]
                    """)
                await company.send(try TestDeals.event(opportunity: "O-1"))
                try await company.finished(1)
                #expect(try company.made() == oneDeal)
                #expect(try await company.count("incidents") == 0)
            }
        }

        @Test(
            "CTR-B7 a create that takes effect long after its worker was killed leaves one project",
            .timeLimit(.minutes(2)))
        func committedLate() async throws {
            try await TestCompany.with(workers: 0) { company in
                try await company.faults(
                    #"[{"verb":"create_project","effect":"latency","latencyMs":5000,"count":1}]"#)
                var fleet = try TestCompany.queues.map { try company.startWorker($0, settings: Self.short) }
                await company.send(try TestDeals.event(opportunity: "O-1"))
                try await eventually("the project is asked for") {
                    try await company.value("SELECT state FROM steps WHERE name = 'create-project'") == "intent"
                }
                fleet[1].signal(SIGKILL)
                await fleet[1].waitForExit()
                fleet.append(try company.startWorker("project-provisioning", settings: Self.short))
                try await expectCopyRemoved(company)
                for worker in fleet { worker.signal(SIGTERM) }
                for worker in fleet { await worker.waitForExit() }
            }
        }

        @Test(
            "V3 when the database's clock steps forward under a call, the copy that it leaves is found and removed",
            .timeLimit(.minutes(2)))
        func clockStep() async throws {
            try await TestCompany.with(settings: Self.short) { company in
                try await company.faults(
                    #"[{"verb":"create_project","effect":"latency","latencyMs":1500,"count":1}]"#)
                await company.send(try TestDeals.event(opportunity: "O-1"))
                try await eventually("the project is asked for") {
                    try await company.value("SELECT state FROM steps WHERE name = 'create-project'") == "intent"
                }
                try await company.schema.moveClock(byHours: 0.05)
                try await expectCopyRemoved(company)
            }
        }

        /// Two projects were made, and the one on the receipt is left, with every look made and nobody asked.
        private func expectCopyRemoved(_ company: TestCompany) async throws {
            try await company.finished(1, within: .seconds(40))
            try await eventually("all looks are made", within: .seconds(40)) {
                try await company.value("SELECT count(*) FROM looks WHERE state <> 'done'") == "0"
            }
            #expect(try await company.value("SELECT count(*) FROM looks WHERE outcome = 'removed'") == "1")
            let effects = try company.effects()
            let made = effects.filter { $0.verb == "create_project" }.map(\.id)
            let gone = effects.filter { $0.verb == "delete_project" }.map(\.id)
            #expect(made.count == 2 && gone.count == 1)
            let receipt = try await company.value("SELECT external_id FROM steps WHERE name = 'create-project'")
            #expect(receipt == made.first { $0 != gone.first })
            #expect(try await company.count("incidents") == 0)
            let entry = "entry LIKE '%copy removal intent%' AND entry LIKE '%\(gone.first ?? "-")%'"
            #expect(try await company.value("SELECT count(*) FROM journal WHERE \(entry)") == "1")
        }
    }
}
