import FoundationEssentials
import PostgreSQL
import Support
import Testing

@testable import Fleet

/// Tickets that do not come, while a ticket counts as lost only after half a minute.
@Suite struct LostTicketTests {
    private static let queues = ["deal-events", "project-provisioning", "billing-schedules", "status-feedback"]

    @Test("V4 tickets that are purged again and again hold nothing up", .timeLimit(.minutes(1)))
    func purged() async throws {
        try await TestFleet.with(limits: Self.patient) { fleet in
            try await fleet.admit(40)
            let start = ContinuousClock.now
            try await eventually("all are finished", within: .seconds(25)) {
                for queue in Self.queues { try await fleet.broker.purge(queue) }
                return try await fleet.states() == ["finished": 40]
            }
            print("40 handoffs whose tickets were purged all the time: \(ContinuousClock.now - start)")
            #expect(try await fleet.value("SELECT max(publishes) FROM handoffs") == "0", "none was published again")
        }
    }

    @Test("V4 while no ticket can be published the work goes on", .timeLimit(.minutes(1)))
    func unpublished() async throws {
        try await TestFleet.with(limits: Self.patient) { fleet in
            try await fleet.admit(1)
            try await eventually("the fleet works") { try await fleet.states() == ["finished": 1] }
            try await fleet.broker.deleteExchange("work")
            try await fleet.admit(20, from: 2)
            let start = ContinuousClock.now
            try await eventually("all are finished", within: .seconds(25)) {
                try await fleet.states() == ["finished": 21]
            }
            print("20 handoffs without an exchange for their tickets: \(ContinuousClock.now - start)")
        }
    }

    @Test("V4 tickets lost in a backlog are found while it is worked off", .timeLimit(.minutes(1)))
    func lostInBacklog() async throws {
        try await TestFleet.with(limits: Self.inLine) { fleet in
            try await fleet.pause("project-provisioning")
            try await fleet.admit(60)
            try await eventually("all are planned") {
                try await fleet.value("SELECT count(*) FROM handoffs WHERE queue = 'project-provisioning'") == "60"
            }
            // Who hands over at the same moment sees the same room: a few more than the window may be out.
            let out = try await fleet.value("SELECT count(*) FROM handoffs WHERE NOT withheld").flatMap { Int($0) } ?? 0
            #expect((10..<60).contains(out), "a window is out, and not all")
            try await fleet.broker.purge("project-provisioning")
            try await fleet.schema.database.script("DELETE FROM pauses")
            let start = ContinuousClock.now
            try await eventually("all are finished", within: .seconds(25)) {
                try await fleet.states() == ["finished": 60]
            }
            print("60 handoffs, the first ten of which had lost their tickets: \(ContinuousClock.now - start)")
        }
    }

    private static func inLine(_ limits: inout TimeLimits) {
        patient(&limits)
        limits.ticketWindow = 10
    }

    private static func patient(_ limits: inout TimeLimits) {
        limits.lease = .seconds(15)
        limits.ticketLease = .seconds(30)
        limits.ticketPatience = .milliseconds(300)
    }
}

extension TestFleet {
    /// Records so many deals, each of its own opportunity.
    func admit(_ count: Int, from first: Int = 1) async throws {
        for number in first..<first + count {
            _ = try await admissions.admit(
                arrival(event: "e\(number)", opportunity: "O-\(number)"))
        }
    }
}
