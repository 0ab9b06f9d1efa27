import FoundationEssentials
import Logging
import PostgreSQL
import RabbitMQ
import Support
import Testing

@testable import Fleet

@Suite struct TicketFloodTests {
    private static let queue = "project-provisioning"

    @Test(
        "20,000 tickets and no worker for five ticket leases: the queue holds one ticket a handoff, not five",
        .timeLimit(.minutes(4)))
    func noFlood() async throws {
        try await flood(handoffs: 20_000) { flood in
            let limits = TimeLimits()
            try await flood.publishTickets()
            #expect(try await flood.depth() == 20_000)
            var depths: [Int] = []
            var swept = 0
            for lease in 1...5 {
                let seconds = limits.ticketLease.milliseconds / 1000 * Int64(lease) + 11
                try await flood.schema.moveClock(bySeconds: Double(seconds))
                swept += try await flood.sweepAllThatIsDue()
                depths.append(try await flood.depth())
            }
            print("20,000 tickets, five leases: \(swept) rows swept, queue depth \(depths)")
            #expect(swept > 80_000, "every handoff fell due again and again: \(swept)")
            #expect(depths.allSatisfy { $0 == 20_000 }, "\(depths)")
        }
    }

    @Test(
        "H11 what merely stands in line costs nothing: neither to look, nor to let the next go", .timeLimit(.minutes(2))
    )
    func longLine() async throws {
        try await flood(handoffs: 100_000) { flood in
            try await flood.schema.database.script(
                """
                UPDATE handoffs SET withheld = correlation_id <> 'c-1', created_at = now() + random() * interval '1 hour';
                ANALYZE handoffs;
                """)
            let look = try await flood.rowsRead(
                Command(Flood.explained(LineStatements.next), Self.queue, Int64(50), Int64(18_000)))
            #expect(look < 400, "\(look) rows")
            let releasing = Command(
                Flood.explained(LineStatements.release), Int64(TimeLimits().ticketWindow), Int64(20_000))
            let release = try await flood.rowsRead(releasing)
            #expect(release < 6000, "\(release) rows to let 499 go")
            let again = try await flood.rowsRead(releasing)
            #expect(again < 3000, "\(again) rows to let none go")
        }
    }

    @Test("tickets that the broker lost are published again, and only those", .timeLimit(.minutes(1)))
    func lostTickets() async throws {
        try await flood(handoffs: 3000) { flood in
            try await flood.publishTickets(upTo: 1800)
            #expect(try await flood.depth() == 1800)
            try await flood.schema.moveClock(bySeconds: 31)
            _ = try await flood.sweepAllThatIsDue()
            #expect(try await flood.depth() == 3000)
            try await flood.schema.moveClock(bySeconds: 31 + 21)
            _ = try await flood.sweepAllThatIsDue()
            #expect(try await flood.depth() == 3000)
        }
    }

    private func flood(handoffs: Int, _ body: @escaping @Sendable (Flood) async throws -> Void) async throws {
        try await TestSchema.with { schema in
            try await TestBroker.with { broker in
                let publisher = Publisher(settings: broker.settings, window: 2000)
                try await withThrowingTaskGroup(of: Void.self) { tasks in
                    tasks.addTask { try await publisher.run() }
                    let flood = Flood(schema: schema, publisher: publisher, queue: Self.queue)
                    try await flood.insert(handoffs)
                    try await body(flood)
                    await publisher.close()
                    tasks.cancelAll()
                }
            }
        }
    }
}

/// Many handoffs that wait for workers which are not there, and one sweeper.
private struct Flood: Sendable {
    let schema: TestSchema
    let publisher: Publisher
    let queue: String
    private let sweeper: Sweeper

    init(schema: TestSchema, publisher: Publisher, queue: String) {
        self.schema = schema
        self.publisher = publisher
        self.queue = queue
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        sweeper = Sweeper(
            store: PostgreSQLStore(
                database: schema.database, limits: TimeLimits(), saga: "test", queue: "status-feedback",
                planningQueue: "deal-events"),
            outbox: BrokerOutbox(publisher: publisher), crashes: CrashPlan(at: nil), logger: logger)
    }

    /// Handoffs as a hand-over to the queue leaves them, their tickets not yet published.
    func insert(_ count: Int) async throws {
        try await schema.database.script(
            """
            INSERT INTO handoffs (id, saga, opportunity, contract, version, kind, content_hash, correlation_id, state,
                queue, since, due_at, created_at)
            SELECT gen_random_uuid(), 'test', 'O-' || n, 'C-' || n, 1, 'complete', 'hash', 'c-' || n, 'ready',
                '\(queue)', now(), now() + interval '30 seconds', now()
            FROM generate_series(1, \(count)) AS n;
            ANALYZE handoffs;
            """)
    }

    func publishTickets(upTo count: Int = .max) async throws {
        let rows = try await schema.database.query(
            Statement(unprepared: "SELECT id, correlation_id FROM handoffs ORDER BY id LIMIT \(min(count, 1_000_000))"))
        let messages = try rows.map { row in
            let ticket = Ticket(
                .handoff(try row.value(0, as: UUID.self)), queue: queue,
                correlationID: try row.value(1, as: String.self))
            return Message(
                exchange: "work", routingKey: queue,
                properties: Properties(correlationID: ticket.correlationID, type: "ticket"), body: try ticket.encoded())
        }
        for start in stride(from: 0, to: messages.count, by: 1000) {
            let outcomes = await publisher.publish(Array(messages[start..<min(start + 1000, messages.count)]))
            #expect(outcomes.allSatisfy { $0 == .confirmed })
        }
    }

    /// Sweeps until nothing is due any more, and answers how many rows were.
    func sweepAllThatIsDue() async throws -> Int {
        var swept = 0
        while true {
            let due = try await due()
            if due == 0 { return swept }
            for _ in 0..<(due + Int(SweepTransactions.batch) - 1) / Int(SweepTransactions.batch) {
                try await sweeper.sweep()
            }
            swept += due - (try await self.due())
        }
    }

    static func explained(_ statement: Statement) -> Statement {
        Statement(unprepared: "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) " + statement.sql)
    }

    /// How many rows all parts of an explained statement's plan read together.
    func rowsRead(_ command: Command) async throws -> Int {
        let explained = try await schema.database.pipeline([
            Command(Statement(unprepared: "SET LOCAL enable_seqscan = off")),
            Command(Statement(unprepared: "SET LOCAL enable_bitmapscan = off")), command,
        ])[2]
        return try explained.reduce(0) { sum, row in
            let line = try row.value(0, as: String.self)
            let actual = line.split(separator: "(actual rows=").last?.split { $0 == " " || $0 == ")" }.first
            let removed = line.contains("Rows Removed by") ? line.split(separator: " ").last : nil
            let read = line.contains("actual rows=") ? actual : removed
            return sum + (read.flatMap { Int($0) } ?? 0)
        }
    }

    func depth() async throws -> Int { try await publisher.depth(of: queue)?.messages ?? 0 }

    private func due() async throws -> Int {
        let rows = try await schema.database.query(
            Statement(unprepared: "SELECT count(*) FROM handoffs WHERE open AND due_at <= clock(now())"))
        return Int(try rows[0].value(0, as: Int64.self))
    }
}

extension TestSchema {
    /// Moves the schema's clock: from now on it is so many seconds ahead of the server's.
    func moveClock(bySeconds seconds: Double) async throws { try await moveClock(byHours: seconds / 3600) }
}
