import Foundation
import RabbitMQ
import Support
import Testing

@testable import Handoffs

extension Fleets {
    @Suite(.serialized) struct StatusTests {
        @Test("F4 every standing of a handoff has its one readiness, and who is waited for")
        func mapping() {
            let under = TestCompany.queues.map {
                ReadinessStatus(of: .init(state: .under(queue: $0), opportunity: "O-1", receipts: [:]))?.readiness
            }
            #expect(under == [.validating, .provisioning, .projectReady, .billingReady])
            let steps = [
                "create-customer", "create-project", "create-billing-schedule", "create-tasks", "activate-project",
            ]
            let waiting = steps.map {
                ReadinessStatus(
                    of: .init(state: .waiting(.unavailable(.throttled), step: $0), opportunity: "O-1", receipts: [:]))
            }
            #expect(waiting.allSatisfy { $0?.readiness == .waiting })
            #expect(waiting.map { $0?.waitingOn } == ["ERP", "ERP", "ERP", "PSA", "PSA"])
            let parked = ReadinessStatus(of: .init(state: .parked(.targetRefused), opportunity: "O-1", receipts: [:]))
            #expect(parked?.readiness == .blocked)
            #expect(parked?.waitingOn == "finance")
            let receipts = ["create-project": "P-1", "create-customer": "C-1", "create-billing-schedule": "B-1"]
            let finished = ReadinessStatus(
                of: .init(
                    state: .finished, opportunity: "O-1",
                    receipts: receipts.mapValues { .init(externalID: $0, origin: .created) }))
            #expect(finished?.readiness == .staffingReady)
            #expect(finished?.waitingOn == nil)
            #expect([finished?.customerID, finished?.projectID, finished?.scheduleID] == ["C-1", "P-1", "B-1"])
            #expect(
                Readiness.allCases.map(\.rawValue) == [
                    "received", "validating", "waiting", "provisioning", "project ready", "billing ready",
                    "staffing ready", "blocked", "cancelled", "discarded",
                ])
        }

        @Test("F4 the CRM shows each of the eight states at its time", .timeLimit(.minutes(2)))
        func history() async throws {
            try await TestCompany.with(workers: 0) { company in
                try await company.administer(
                    "PUT", "admin/faults",
                    """
                    [{"verb":"activate_project","match":"O-1","effect":"latency","latencyMs":1},
                     {"verb":"activate_project","effect":"latency","latencyMs":2000,"count":1},
                     {"verb":"activate_project","effect":"throttle","retryAfterS":3,"count":1},
                     {"verb":"create_customer","match":"Refused Ltd","effect":"refuse","code":"no_entity","text":"no"}]
                    """)
                func shows(_ state: String, of opportunity: String = "O-1") async throws {
                    try await eventually("the CRM shows \(state)", within: .seconds(20)) {
                        try await company.told(opportunity).contains(state)
                    }
                }
                let lease = ["BATON_TICKET_LEASE": "1s"]
                // Killed when the deal is recorded, before anybody can plan it.
                let doomed = try company.startWorker(
                    "deal-events", settings: lease.merging(["BATON_CRASH_AT": "commit-before-publish:1"]) { $1 })
                try await company.send(TestDeals.event(opportunity: "O-1"))
                await doomed.waitForExit()
                var fleet = try company.start(["status-feedback"], settings: lease)
                try await shows("received")
                // While nobody can store a plan, planning goes on.
                try await company.schema.database.transaction { transaction in
                    _ = try await transaction.query("LOCK TABLE plans IN EXCLUSIVE MODE")
                    fleet += try company.start(["deal-events"], settings: lease)
                    try await shows("validating")
                }
                try await shows("provisioning")
                fleet += try company.start(["project-provisioning"], settings: lease)
                try await shows("project ready")
                fleet += try company.start(["billing-schedules"], settings: lease)
                try await shows("billing ready")
                try await shows("waiting")
                try await shows("staffing ready")
                try await company.finished(1)
                // The ERP answers 202 to a schedule, so the CRM may show waiting before billing is ready, too.
                let told = try await company.told("O-1")
                #expect(
                    told.filter { $0 != "waiting" } == [
                        "received", "validating", "provisioning", "project ready", "billing ready", "staffing ready",
                    ])
                #expect(told.suffix(3) == ["billing ready", "waiting", "staffing ready"])
                try await company.send(
                    TestDeals.event(opportunity: "O-2", customer: "Refused Ltd", taxID: "DE999"))
                try await shows("blocked", of: "O-2")
                #expect(await company.stop(fleet) == [0, 0, 0, 0])
            }
        }
    }
}
