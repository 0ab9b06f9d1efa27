import FoundationEssentials
import PostgreSQL
import Sagas
import Support
import Testing

@testable import Fleet

@Suite struct IntakeTests {
    @Test("a batch of copies, versions and conflicts is decided in order, in one transaction", .timeLimit(.minutes(1)))
    func batch() async throws {
        try await TestSchema.with { schema in
            let intake = IntakeTransactions(
                database: schema.database, limits: TimeLimits(), saga: "test", queue: "deal-events")
            let first = arrival(event: "e1", version: 2)
            let results = try await intake.admit([
                first, first, arrival(event: "e2", version: 2), arrival(event: "e3", version: 2, hash: "other"),
            ])
            #expect(results.map(\.admission.outcome) == [.accepted, .accepted, .duplicate, .conflict])
            #expect(results.map(\.admission.isCopy) == [false, true, false, false])
            #expect(results.flatMap(\.tickets).count == 1)
            let later = try await intake.admit([arrival(event: "e4", version: 1), arrival(event: "e5", version: 3)])
            #expect(later.map(\.admission.outcome) == [.stale, .accepted])
            #expect(later.flatMap(\.tickets).isEmpty, "version 3 waits behind version 2")
            let copies = try await schema.database.query(
                Statement(unprepared: "SELECT copies FROM events WHERE event_id = 'e1'"))
            #expect(try copies[0].value(0, as: Int32.self) == 1)
        }
    }
    @Test(
        "CASE-K1 two deals under one event id, in one batch or at once in two, are two deals", .timeLimit(.minutes(1)))
    func oneID() async throws {
        try await TestSchema.with { schema in
            let intake = IntakeTransactions(
                database: schema.database, limits: TimeLimits(), saga: "test", queue: "deal-events")
            let both = [
                arrival(event: "e1", opportunity: "O-A", hash: "a"),
                arrival(event: "e1", opportunity: "O-B", hash: "b"),
            ]
            let results = try await intake.admit(both + both)
            #expect(results.map(\.admission.outcome) == [.accepted, .accepted, .accepted, .accepted])
            #expect(results.map(\.admission.isCopy) == [false, false, true, true])
            #expect(results.map(\.admission.isOtherContent) == [false, true, true, true])
            let answers = try await withThrowingTaskGroup(of: Admission.self) { group in
                for number in 0..<24 {
                    let arrival = arrival(event: "e2", opportunity: "O-\(number % 12)", hash: "h\(number % 12)")
                    group.addTask { try await intake.admit([arrival])[0].admission }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.filter { !$0.isCopy }.count == 12 && answers.allSatisfy { $0.outcome == .accepted })
        }
    }
}

func arrival(
    event: String, opportunity: String = "O-1", version: Int = 1, hash: String = "hash", body: String = "{}"
) -> Arrival {
    Arrival(
        source: "test", eventID: event, correlationID: "c-\(event)", opportunity: opportunity, contract: "C-1",
        version: version, body: body, contentHash: hash, customer: "Acme", totalMinor: 100, currency: "EUR")
}
