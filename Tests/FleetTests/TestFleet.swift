import FoundationEssentials
import Logging
import PostgreSQL
import Sagas
import ServiceLifecycle
import Support
import Workers

@testable import Fleet

/// Workers of a ledger saga, in this process, on a schema and a virtual host of their own.
struct TestFleet: Sendable {
    let schema: TestSchema
    let broker: TestBroker
    let saga: LedgerSaga
    let admissions: any Admissions

    /// Runs `workers` workers of each queue while `body` runs.
    static func with(
        _ saga: LedgerSaga = LedgerSaga(), workers: Int = 1,
        limits change: (inout TimeLimits) -> Void = { _ in },
        _ body: @escaping @Sendable (TestFleet) async throws -> Void
    ) async throws {
        var limits = TimeLimits()
        limits.lease = .seconds(1)
        limits.ticketLease = .seconds(1)
        limits.sweepInterval = .milliseconds(50)
        change(&limits)
        let times = limits
        try await TestSchema.with { schema in
            try await TestBroker.with { broker in
                var services: [any Service] = []
                var logger = Logger(label: "test")
                logger.logLevel = .critical
                var admissions: (any Admissions)?
                for name in ["deal-events", "project-provisioning", "billing-schedules", "status-feedback"] {
                    for _ in 0..<workers {
                        var settings = FleetSettings(
                            broker: broker.settings, database: try TestSchema.settings(schema: schema.name))
                        settings.limits = times
                        settings.poolSize = 2
                        let process = try WorkerProcess(
                            LedgerSaga.self, queue: testQueue(name), settings: settings, logger: logger)
                        if name == "deal-events" { admissions = process.ports.admissions }
                        services += process.services(saga: saga)
                    }
                }
                guard let admissions else { return }
                let fleet = TestFleet(schema: schema, broker: broker, saga: saga, admissions: admissions)
                let group = ServiceGroup(
                    configuration: .init(
                        services: services.map { .init(service: $0) }, gracefulShutdownSignals: [], logger: logger))
                try await withThrowingTaskGroup(of: Void.self) { tasks in
                    tasks.addTask { try await group.run() }
                    try await body(fleet)
                    await group.triggerGracefulShutdown()
                    try await tasks.waitForAll()
                }
            }
        }
    }

    /// The single value of a query's first row, as text.
    func value(_ sql: String) async throws -> String? {
        try await schema.database.query(Statement(unprepared: "SELECT (\(sql))::text")).first?
            .value(0, as: String?.self)
    }

    /// Nothing is begun in `queue` until `resume`.
    func pause(_ queue: String) async throws {
        try await schema.database.script("INSERT INTO pauses (kind, name, why) VALUES ('queue', '\(queue)', 'test')")
    }

    func resume() async throws {
        try await schema.database.script(
            "DELETE FROM pauses; UPDATE handoffs SET due_at = clock(now()) WHERE state = 'ready'")
    }

    /// Makes a parked handoff ready again, as a person's requeue does.
    func requeue() async throws {
        try await schema.database.script(
            """
            UPDATE incidents SET state = 'closed', resolution = 'requeued', closed_by = session_user WHERE state = 'open';
            UPDATE steps SET attempts = 0, undo_attempts = 0;
            UPDATE handoffs SET state = 'ready', requeues = requeues + 1, planning_attempts = 0, due_at = clock(now()) WHERE state = 'parked';
            """)
    }

    /// How many handoffs stand in each state.
    func states() async throws -> [String: Int] {
        let rows = try await schema.database.query(
            Statement(unprepared: "SELECT state, count(*) FROM handoffs GROUP BY state"))
        return Dictionary(
            uniqueKeysWithValues: try rows.map {
                (try $0.value(0, as: String.self), Int(try $0.value(1, as: Int64.self)))
            })
    }
}

/// No number of failures makes the fleet leave a target alone.
func withoutBreaker(_ limits: inout TimeLimits) { limits.breakerFailures = .max }

/// Workers ask the store for each gate, whatever they have heard a moment ago.
func alwaysAsking(_ limits: inout TimeLimits) { limits.gateMemory = .zero }
