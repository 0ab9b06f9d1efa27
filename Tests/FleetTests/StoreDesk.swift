import FoundationEssentials
import PostgreSQL
import Sagas
import Support
import Workers

@testable import Fleet

/// One schema and the transactions of a worker of the first queue, without any worker.
struct StoreDesk: Sendable {
    let schema: TestSchema
    let intake: IntakeTransactions
    let takes: TakeTransactions
    let owners: OwnerTransactions
    let sweeps: SweepTransactions
    let claims: ClaimTransactions

    static let queue = "deal-events"

    static func with(_ body: @escaping @Sendable (StoreDesk) async throws -> Void) async throws {
        try await TestSchema.with { schema in
            let limits = TimeLimits()
            try await body(
                StoreDesk(
                    schema: schema,
                    intake: IntakeTransactions(
                        database: schema.database, limits: limits, saga: "test", queue: Self.queue),
                    takes: TakeTransactions(database: schema.database, limits: limits, queue: Self.queue),
                    owners: OwnerTransactions(database: schema.database, limits: limits),
                    sweeps: SweepTransactions(
                        database: schema.database, limits: limits, planningQueue: Self.queue),
                    claims: ClaimTransactions(database: schema.database)))
        }
    }

    /// Records one deal version and answers its handoff.
    func admit(_ arrival: Arrival) async throws -> UUID {
        guard let id = try await intake.admit([arrival])[0].admission.handoff else { throw NotThere() }
        return id
    }

    func take(_ id: UUID) async throws -> TakenHandoff {
        guard let taken = try await takes.take([id])[0] else { throw NotThere() }
        return taken
    }

    /// A write of the owner `taken`.
    func write(_ taken: TakenHandoff, _ next: OwnerWrite.Next, token: Int64? = nil) -> OwnerWrite {
        OwnerWrite(
            handoff: taken.id, token: token ?? taken.token, opportunity: taken.opportunity,
            correlationID: taken.correlationID, queue: Self.queue, requeues: taken.requeues, next: next)
    }

    func value(_ sql: String) async throws -> String? {
        try await schema.database.query(Statement(unprepared: "SELECT (\(sql))::text")).first?
            .value(0, as: String?.self)
    }

    /// Everything a zombie could spoil, as one text.
    func everything() async throws -> String? {
        try await value(
            """
            concat_ws(E'\\n', (SELECT string_agg(h::text, ';' ORDER BY id) FROM handoffs h),
                (SELECT string_agg(s::text, ';' ORDER BY handoff_id, ordinal) FROM steps s),
                (SELECT string_agg(p::text, ';' ORDER BY handoff_id) FROM plans p),
                (SELECT string_agg(j::text, ';' ORDER BY handoff_id, seq) FROM journal j),
                (SELECT string_agg(i::text, ';' ORDER BY id) FROM incidents i),
                (SELECT string_agg(m::text, ';' ORDER BY opportunity) FROM mirrors m),
                (SELECT string_agg(c::text, ';' ORDER BY natural_key) FROM claims c))
            """)
    }
}

/// A row that the test needs is not there.
struct NotThere: Error {}
