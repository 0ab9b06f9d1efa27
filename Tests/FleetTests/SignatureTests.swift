import Foundation
import RabbitMQ
import Sagas
import Support
import Testing
import Workers

@testable import Fleet

@Suite struct SignatureTests {
    @Test(
        "A2 a deal announced by its stage, by a stage that waits and by a signature, all at once, is one handoff",
        .timeLimit(.minutes(2)))
    func atOnce() async throws {
        try await TestSchema.with { schema in
            let opportunities = (1...60).map { "O-\($0)" }
            let answers = try await withThrowingTaskGroup(of: Admission.self) { group in
                for opportunity in opportunities {
                    for arrival in Self.arrivals(of: opportunity).shuffled() {
                        // A transaction of its own each, as if of many workers.
                        group.addTask {
                            let intake = IntakeTransactions(
                                database: schema.database, limits: TimeLimits(), saga: "test", queue: "deal-events")
                            return try await intake.admit([arrival])[0].admission
                        }
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.count == 240)
            try await Self.expectOneHandoffEach(opportunities.count, schema)
        }
    }

    @Test("A2 whatever of a deal lies in one batch, in any order, it is one handoff", .timeLimit(.minutes(1)))
    func inOneBatch() async throws {
        try await TestSchema.with { schema in
            let intake = IntakeTransactions(
                database: schema.database, limits: TimeLimits(), saga: "test", queue: "deal-events")
            let opportunities = (1...40).map { "O-\($0)" }
            let all = opportunities.flatMap(Self.arrivals)
            let results = try await intake.admit(all.shuffled())
            #expect(results.flatMap(\.tickets).count == opportunities.count)
            try await Self.expectOneHandoffEach(opportunities.count, schema)
        }
    }

    @Test("D8 a signature that comes while a deal is planned is known to the plan that counts", .timeLimit(.minutes(1)))
    func whilePlanning() async throws {
        let (begun, begin) = AsyncStream.makeStream(of: Void.self)
        let (signed, sign) = AsyncStream.makeStream(of: Void.self)
        let seen = Locked<[String?]>([])
        var saga = LedgerSaga()
        saga.lookUp = { call, attempt in
            seen.change { $0.append(attempt.signature) }
            guard call == 1 else { return }
            begin.finish()
            for await _ in signed {}
        }
        try await TestFleet.with(saga, workers: 2, limits: Self.longLease) { fleet in
            try await fleet.admit(1...1)
            for await _ in begun {}
            let admission = try await fleet.admissions.admit(signature("env-1", of: "O-1"))
            #expect(admission.outcome == .accepted && admission.correlationID == "c-e1")
            try await eventually("it is finished") { try await fleet.states() == ["finished": 1] }
            sign.finish()
            #expect(seen.value == [nil, "signed env-1"])
            #expect(fleet.saga.ledger.counts == [1, 1, 1], "each effect is there once")
        }
    }

    @Test(
        "D8 a document signed over another text than the one in work stops the handoff until that is signed too",
        .timeLimit(.minutes(1)))
    func stopped() async throws {
        let target = Switch()
        target.turn(on: false)
        var saga = LedgerSaga()
        saga.powers["billing-schedules"] = target
        let calls = saga.calls
        try await TestFleet.with(saga, workers: 2, limits: withoutBreaker) { fleet in
            var deal = arrival(event: "won", opportunity: "O-1")
            deal.sowHash = "one text"
            _ = try await fleet.admissions.admit(deal)
            try await eventually("the project is there, billing is tried") { calls.count("while off") > 0 }
            _ = try await fleet.admissions.admit(signature("env-1", of: "O-1", sowHash: "other text", at: 1))
            try await eventually("it is parked") { try await fleet.states() == ["parked": 1] }
            target.turn(on: true)
            #expect(
                try await fleet.value("SELECT concat_ws(' ', class, owner, blocking, story) FROM incidents")
                    == "sow_mismatch sales_operations t envelope env-1 was signed over the statement of work other text, "
                    + "and the handoff is planned by one text")
            try await fleet.requeue()
            try await eventually("it is parked again, as nothing has changed") {
                try await fleet.value("SELECT count(*) FROM incidents WHERE state = 'open' AND round = 1") == "1"
            }
            #expect(fleet.saga.ledger.counts == [1], "nothing was billed")
            _ = try await fleet.admissions.admit(signature("env-2", of: "O-1", sowHash: "one text", at: 2))
            try await fleet.requeue()
            try await eventually("it is finished") { try await fleet.states() == ["finished": 1] }
            #expect(fleet.saga.ledger.counts == [1, 1, 1])
        }
    }

    @Test(
        "L9 a signature without a deal waits, then alerts once, also in the dead letters; its deal then joins it and runs",
        .timeLimit(.minutes(1)))
    func unmatched() async throws {
        try await TestFleet.with { fleet in
            let unknown = try await fleet.admissions.admit(signature("env-1", of: "O-1"))
            #expect(unknown.outcome == .ignored && unknown.reason == "waits for the deal" && unknown.handoff == nil)
            // Another opportunity's deal is no match.
            _ = try await fleet.admissions.admit(arrival(event: "other", opportunity: "O-2"))
            try await eventually("the other is finished") { try await fleet.states() == ["finished": 1] }
            #expect(try await fleet.value("SELECT state FROM signatures") == "waiting")
            #expect(try await fleet.value("SELECT count(*) FROM incidents") == "0")
            try await fleet.schema.moveClock(byHours: 1.01)
            try await eventually("people are told") {
                try await fleet.value("SELECT count(*) FROM incidents WHERE due_at IS NULL") == "1"
            }
            #expect(
                try await fleet.value(
                    "SELECT concat_ws(' ', class, owner, blocking, state, queue, story) FROM incidents")
                    == "signature_unmatched sales_operations f open deal-events envelope env-1 of opportunity O-1 is "
                    + "signed, and no deal of it has arrived")
            let dead = try await withThrowingTaskGroup(of: Void.self) { group in
                let publisher = Publisher(settings: fleet.broker.settings)
                group.addTask { try await publisher.run() }
                let depth = try await publisher.depth(of: "deal-events.dead")
                await publisher.close()
                try await group.waitForAll()
                return depth?.messages
            }
            #expect(dead == 1)
            var deal = arrival(event: "sent", opportunity: "O-1")
            deal.waitsForSignature = true
            #expect(try await fleet.admissions.admit(deal).outcome == .accepted, "it was signed before")
            try await eventually("both are finished") { try await fleet.states() == ["finished": 2] }
            #expect(
                try await fleet.value("SELECT concat_ws(' ', state, resolution) FROM incidents")
                    == "closed deal arrived")
            #expect(
                try await fleet.value(
                    "SELECT concat_ws(' ', s.state, h.opportunity) FROM signatures s JOIN handoffs h ON h.id = s.handoff_id"
                )
                    == "joined O-1")
        }
    }

    @Test("no worker but intake's writes signatures, and none can take one away", .timeLimit(.minutes(1)))
    func grants() async throws {
        try await TestSchema.with { schema in
            for (role, table, privilege, isAllowed) in [
                ("baton_intake", "signatures", "INSERT", true), ("baton_intake", "unsigned_deals", "INSERT", true),
                ("baton_worker", "signatures", "INSERT", false), ("baton_worker", "unsigned_deals", "SELECT", false),
                ("baton_intake", "signatures", "DELETE", false), ("baton_intake", "unsigned_deals", "DELETE", false),
            ] {
                let rows = try await schema.database.query(
                    "SELECT has_table_privilege($1::text, $2::text, $3::text)", role, "\(schema.name).\(table)",
                    privilege)
                #expect(try rows[0].value(0, as: Bool.self) == isAllowed, "\(role) \(privilege) \(table)")
            }
        }
    }

    /// A deal at a trigger stage, at a stage that waits, and two of its signatures.
    private static func arrivals(of opportunity: String) -> [Arrival] {
        var waiting = arrival(event: "\(opportunity) waits", opportunity: opportunity)
        waiting.waitsForSignature = true
        return [
            arrival(event: "\(opportunity) won", opportunity: opportunity), waiting,
            signature("\(opportunity)-a", of: opportunity), signature("\(opportunity)-b", of: opportunity),
        ]
    }

    /// Nobody is taken for dead while he waits for the test.
    private static func longLease(_ limits: inout TimeLimits) { limits.lease = .seconds(30) }

    private static func expectOneHandoffEach(_ count: Int, _ schema: TestSchema) async throws {
        let row = try await schema.database.query(
            """
            SELECT (SELECT count(*) FROM handoffs), (SELECT count(DISTINCT opportunity) FROM handoffs),
                (SELECT count(*) FROM signatures s JOIN handoffs h ON h.id = s.handoff_id
                    AND h.opportunity = s.opportunity WHERE s.state = 'joined'), (SELECT count(*) FROM signatures),
                (SELECT count(*) FROM unsigned_deals WHERE state = 'kept'), (SELECT count(*) FROM incidents)
            """)[0]
        var counts: [Int] = []
        for column in 0..<6 { counts.append(Int(try row.value(column, as: Int64.self))) }
        #expect(counts == [count, count, 2 * count, 2 * count, 0, 0])
    }
}

func signature(_ envelope: String, of opportunity: String, sowHash: String? = nil, at second: Double = 0) -> Arrival {
    Arrival(
        source: "docusign", eventID: envelope, correlationID: "sign-\(envelope)", opportunity: opportunity,
        signed: .init(
            envelope: envelope, sowHash: sowHash, signedAt: Date(timeIntervalSince1970: 1_795_000_000 + second)),
        body: "signed \(envelope)", contentHash: envelope)
}
