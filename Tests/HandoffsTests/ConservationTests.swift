import Foundation
import RabbitMQ
import Support
import Testing

extension Fleets {
    @Suite(.serialized) struct ConservationTests {
        @Test(
            "H17 at a quiet point every message that came in is accounted for by its outcome", .timeLimit(.minutes(1)))
        func conservation() async throws {
            try await TestCompany.with(workers: 0) { company in
                try await company.administer(
                    "PUT", "admin/faults",
                    #"[{"verb":"create_customer","match":"Refused Ltd","effect":"refuse","code":"no","text":"no"}]"#)
                let answers = try await Mailbox.ofAnswers(at: company.broker)
                let good = try (1...3).map { try TestDeals.event(opportunity: "O-\($0)") }
                let refused = try TestDeals.event(opportunity: "O-4", customer: "Refused Ltd", taxID: "DE999")
                let copies = [good[0], good[0], good[1]]
                let duplicates = try (2...3).map { try TestDeals.event(opportunity: "O-\($0)") }
                let ignored = try (5...6).map { try TestDeals.event(opportunity: "O-\($0)", stage: "Commit") }
                let conflicts = [try TestDeals.event(opportunity: "O-1", total: 3)]
                let invalid = [Array("{".utf8), [], try TestDeals.event(opportunity: "O-7", version: 0)]
                let bodies = good + [refused] + copies + duplicates + ignored + conflicts + invalid
                for body in bodies { await company.send(body) }
                let fleet = try company.start(count: 2)
                let found = try await answers.dispositions(bodies.count)
                try await company.finished(3)
                try await eventually("one is parked") {
                    try await company.count("handoffs WHERE state = 'parked'") == 1
                }
                #expect(await company.stop(fleet).allSatisfy { $0 == 0 })
                #expect(try await company.depths().values.allSatisfy { $0 == 0 })
                let outcomes = Dictionary(found.map { ($0.data.outcome ?? "-", 1) }, uniquingKeysWith: +)
                #expect(outcomes == ["accepted": 4, "duplicate": 5, "ignored": 2, "conflict": 1, "rejected": 3])
                #expect(
                    try await company.value(
                        """
                        SELECT string_agg(outcome || ' ' || count, ', ' ORDER BY outcome) FROM (
                            SELECT outcome, count(*) FROM events GROUP BY 1
                            UNION ALL SELECT 'copy', sum(copies) FROM events
                            UNION ALL SELECT 'rejected', count(*) FROM incidents WHERE handoff_id IS NULL) o
                        """) == "accepted 4, conflict 1, copy 3, duplicate 2, ignored 2, rejected 3")
                #expect(
                    try await company.value(
                        """
                        SELECT string_agg(state || ' ' || count, ', ' ORDER BY state) FROM (
                            SELECT state, count(*) FROM handoffs GROUP BY 1) h
                        """) == "finished 3, parked 1")
                #expect(try await company.count("events WHERE outcome = 'ignored' AND reason IS NULL") == 0)
                var dead: [Int] = []
                for queue in ["deal-events.dead", "project-provisioning.dead"] {
                    let letters = try await Mailbox(of: queue, at: company.broker).all()
                    dead.append(letters.count)
                }
                #expect(dead == [4, 1])
            }
        }
    }
}
