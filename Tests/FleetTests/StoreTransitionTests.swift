import FoundationEssentials
import PostgreSQL
import Sagas
import Support
import Testing
import Workers

@testable import Fleet

@Suite struct StoreTransitionTests {
    @Test(
        "a zombie's write, with an old token or after the row was closed, changes nothing at all",
        .timeLimit(.minutes(1)))
    func fencing() async throws {
        try await StoreDesk.with { desk in
            let id = try await desk.admit(arrival(event: "e1"))
            let zombie = try await desk.take(id)
            let claim = Claim(target: "ERP", thing: "customer", naturalKey: "1")
            _ = try await desk.claims.take([request(zombie, claim)])
            try await desk.schema.moveClock(byHours: 1)
            _ = try await desk.sweeps.sweep(publishing: true)
            let owner = try await desk.take(id)
            #expect(owner.token == zombie.token + 1)
            #expect(owner.takeovers == 1, "the lease was over: a take-over")
            var before = try await desk.everything()
            for next in everyNext {
                #expect(try await desk.owners.commit([greedy(desk, zombie, next, claim)])[0].isOwner == false)
                #expect(try await desk.everything() == before, "\(next)")
            }
            #expect(try await desk.owners.commit([desk.write(owner, .finished)])[0].isOwner)
            before = try await desk.everything()
            for next in everyNext {
                #expect(try await desk.owners.commit([greedy(desk, owner, next, claim)])[0].isOwner == false)
                #expect(try await desk.everything() == before, "closed, \(next)")
            }
            let other = ClaimRequest(
                handoff: id, token: zombie.token, claim: Claim(target: "ERP", thing: "customer", naturalKey: "2"),
                holder: "zombie", time: .seconds(15))
            #expect(try await desk.claims.take([other]) == [.busy], "a zombie gets no claim")
            #expect(try await desk.everything() == before)
        }
    }

    @Test("of two takers one gets the row, and a doubled ticket in one batch gets it once", .timeLimit(.minutes(1)))
    func twoTakers() async throws {
        try await StoreDesk.with { desk in
            let id = try await desk.admit(arrival(event: "e1"))
            async let one = desk.takes.take([id])
            async let two = desk.takes.take([id, id])
            let taken = try await (one + two).compactMap(\.self)
            #expect(taken.map(\.token) == [1])
            #expect(try await desk.takes.take([id])[0] == nil, "it is running")
        }
    }

    @Test("a lease that is over is a take-over; a ticket that is overdue is none", .timeLimit(.minutes(1)))
    func leaseOver() async throws {
        try await StoreDesk.with { desk in
            let id = try await desk.admit(arrival(event: "e1"))
            #expect(try await desk.sweeps.sweep(publishing: true).overdue.isEmpty, "nothing is due yet")
            try await desk.schema.moveClock(byHours: 1)
            let late = try await desk.sweeps.sweep(publishing: true)
            #expect(late.overdue.count == 1 && late.tickets.isEmpty)
            _ = try await desk.take(id)
            let held = try await desk.sweeps.sweep(publishing: true)
            #expect(held.overdue.isEmpty && held.tickets.isEmpty, "the lease holds")
            try await desk.schema.moveClock(byHours: 2)
            let dead = try await desk.sweeps.sweep(publishing: true)
            #expect(dead.overdue.isEmpty && dead.tickets.count == 1)
            #expect(try await desk.value("SELECT concat(state, takeovers, publishes) FROM handoffs") == "ready10")
            #expect(try await desk.take(id).takeovers == 1)
        }
    }

    @Test("what waits falls due when its time has come, and not before its step is settled", .timeLimit(.minutes(1)))
    func waiting() async throws {
        try await StoreDesk.with { desk in
            let id = try await desk.admit(arrival(event: "e1"))
            let taken = try await desk.take(id)
            var write = desk.write(
                taken, .waiting(.init(cause: .unavailable(.failure), time: .seconds(1), step: step(of: taken))))
            write.planned = plan
            write.changes = [
                change(taken, .intent) {
                    $0.failures = 1
                    $0.settlesAfter = .seconds(60)
                }
            ]
            #expect(try await desk.owners.commit([write])[0].isOwner)
            let isLater = try await desk.value(
                "SELECT due_at = (SELECT max(settled_at) FROM steps) AND state = 'waiting' FROM handoffs")
            #expect(isLater == "true")
            try await desk.schema.moveClock(bySeconds: 30)
            #expect(try await desk.sweeps.sweep(publishing: true).tickets.isEmpty)
            try await desk.schema.moveClock(bySeconds: 61)
            #expect(try await desk.sweeps.sweep(publishing: true).tickets.count == 1)
            let again = try await desk.take(id)
            #expect(again.takeovers == 0, "it was waiting: no take-over")
            #expect(again.steps.map(\.isSettled) == [true])
            #expect(again.steps.map(\.attempts) == [1])
        }
    }

    @Test("version 2 waits behind version 1 and is released in the transaction that closes it", .timeLimit(.minutes(1)))
    func lane() async throws {
        try await StoreDesk.with { desk in
            let first = try await desk.admit(arrival(event: "e1"))
            let taken = try await desk.take(first)
            let second = try await desk.admit(arrival(event: "e2", version: 2))
            #expect(try await desk.value("SELECT state FROM handoffs WHERE version = 2") == "behind")
            #expect(try await desk.takes.take([second])[0] == nil)
            let result = try await desk.owners.commit([desk.write(taken, .finished)])[0]
            #expect(result.tickets.map(\.subject) == [.handoff(second)])
            #expect(try await desk.value("SELECT state FROM handoffs WHERE version = 2") == "ready")
            #expect(try await desk.take(second).version == 2)
        }
    }

    @Test("the lane's index refuses a second open version", .timeLimit(.minutes(1)))
    func laneIndex() async throws {
        try await StoreDesk.with { desk in
            _ = try await desk.admit(arrival(event: "e1"))
            _ = try await desk.admit(arrival(event: "e2", version: 2))
            await #expect {
                try await desk.schema.database.script(
                    "UPDATE handoffs SET state = 'ready', due_at = now() WHERE version = 2")
            } throws: { ($0 as? PostgreSQLError)?.sqlState == "23505" }
        }
    }

    @Test("an incident is copied until the copy is confirmed, and never after a person acted", .timeLimit(.minutes(1)))
    func incidentCopy() async throws {
        try await StoreDesk.with { desk in
            let taken = try await desk.take(try await desk.admit(arrival(event: "e1")))
            let parked = desk.write(taken, .parked(.init(incidentClass: .targetRefused, story: "no", step: nil)))
            #expect(try await desk.owners.commit([parked])[0].incident != nil)
            #expect(try await desk.value("SELECT concat(state, due_at) FROM handoffs") == "parked")
            #expect(try await desk.sweeps.sweep(publishing: true).incidents.isEmpty, "its writer publishes the copy")
            try await desk.schema.moveClock(byHours: 1)
            let first = try await desk.sweeps.sweep(publishing: true).incidents
            #expect(first.count == 1, "the writer did not")
            #expect(
                try await desk.sweeps.sweep(publishing: true).incidents.isEmpty, "one at a time: its due time moved out"
            )
            try await desk.schema.moveClock(byHours: 1.5)
            let again = try await desk.sweeps.sweep(publishing: true).incidents
            #expect(again.map(\.id) == first.map(\.id), "not confirmed: due again")
            try await desk.schema.database.script("UPDATE incidents SET revision = revision + 1")
            try await desk.sweeps.markCopied(again)
            #expect(
                try await desk.value("SELECT due_at IS NOT NULL FROM incidents") == "true", "somebody acted meanwhile")
            try await desk.schema.moveClock(byHours: 2)
            try await desk.sweeps.markCopied(try await desk.sweeps.sweep(publishing: true).incidents)
            #expect(try await desk.value("SELECT due_at IS NULL FROM incidents") == "true")
        }
    }

    @Test(
        "a stale claim is taken over only once it is settled, and then a read-back comes first",
        .timeLimit(.minutes(1)))
    func claims() async throws {
        try await StoreDesk.with { desk in
            let one = try await desk.take(try await desk.admit(arrival(event: "e1", opportunity: "O-1")))
            let two = try await desk.take(try await desk.admit(arrival(event: "e2", opportunity: "O-2")))
            let claim = Claim(target: "ERP", thing: "customer", naturalKey: "1")
            #expect(try await desk.claims.take([request(one, claim)]) == [.granted(mustLookFirst: false)])
            #expect(try await desk.claims.take([request(two, claim)]) == [.busy])
            try await desk.schema.moveClock(bySeconds: 14)
            #expect(try await desk.claims.take([request(two, claim)]) == [.busy], "not settled yet")
            try await desk.schema.moveClock(bySeconds: 16)
            #expect(try await desk.claims.take([request(two, claim)]) == [.granted(mustLookFirst: true)])
            var write = desk.write(two, .running(lease: .seconds(15)))
            write.planned = plan
            let receipt = Receipt(externalID: "C-1", origin: .created, contentHash: "h")
            write.changes = [
                change(two, .done) {
                    $0.receipt = receipt
                    $0.claim = claim
                }
            ]
            #expect(try await desk.owners.commit([write])[0].isOwner)
            let found = Receipt(externalID: "C-1", origin: .linked, contentHash: "h")
            #expect(try await desk.claims.take([request(one, claim)]) == [.exists(found)])
        }
    }

    private func step(of taken: TakenHandoff) -> StepRecord.ID { StepRecord.ID(handoff: taken.id, ordinal: 0) }

    /// A change of the handoff's only step.
    private func change(
        _ taken: TakenHandoff, _ state: StepRecord.State, _ edit: (inout OwnerWrite.StepChange) -> Void
    ) -> OwnerWrite.StepChange {
        var change = OwnerWrite.StepChange(step: step(of: taken), stepKey: "key", state: state)
        edit(&change)
        return change
    }

    private let plan = OwnerWrite.Planned(
        body: "{}", hash: "h", steps: [.init(label: "step", queue: StoreDesk.queue, isFinal: false, key: "key")])

    private let everyNext: [OwnerWrite.Next] = [
        .running(lease: .seconds(15)), .ready(queue: "elsewhere"),
        .waiting(.init(cause: .unavailable(.failure), time: .seconds(1))),
        .parked(.init(incidentClass: .targetRefused, story: "no", step: nil)), .finished, .compensated,
    ]

    private func request(_ taken: TakenHandoff, _ claim: Claim) -> ClaimRequest {
        ClaimRequest(
            handoff: taken.id, token: taken.token, claim: claim, holder: "holder-\(taken.opportunity)",
            time: .seconds(15))
    }

    /// A write that wants everything that a write can want.
    private func greedy(_ desk: StoreDesk, _ taken: TakenHandoff, _ next: OwnerWrite.Next, _ claim: Claim) -> OwnerWrite
    {
        var write = desk.write(taken, next)
        write.planned = plan
        let receipt = Receipt(externalID: "zombie", origin: .created)
        write.changes = [
            change(taken, .done) {
                $0.receipt = receipt
                $0.claim = claim
            }
        ]
        write.entries = ["{\"what\":\"zombie\"}"]
        write.status = Status(target: "CRM", object: "handoff", queue: testQueue("status-feedback"), content: "{}")
        return write
    }
}
