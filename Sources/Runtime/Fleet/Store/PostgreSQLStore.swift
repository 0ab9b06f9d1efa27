import FoundationEssentials
import PostgreSQL
import Sagas

/// The transactions of one worker in PostgreSQL, each kind gathered into batches.
package final class PostgreSQLStore: HandoffStore {
    package let limits: TimeLimits
    private let sweeps: SweepTransactions
    private let looks: LookTransactions
    private let lines: LineTransactions
    private let takes: Batcher<UUID, TakenHandoff?>
    private let writes: Batcher<OwnerWrite, WriteResult>
    private let claims: Batcher<ClaimRequest, ClaimAnswer>
    private let arrivals: Batcher<Arrival, IntakeResult>
    private let messages: Batcher<ReceivedMessage, Reception>
    private let database: Database
    private let gates: Batcher<String, TargetGate>
    private let reports: Batcher<TargetReport, Void>
    private let mirrorTakes: Batcher<MirrorKey, TakenMirror?>
    private let mirrorOutcomes: Batcher<MirrorOutcome, SettledMirror>

    /// How many items one transaction carries at the most.
    private static let batch = 200

    package init(database: Database, limits: TimeLimits, saga: String, queue: String, planningQueue: String) {
        self.limits = limits
        sweeps = SweepTransactions(database: database, limits: limits, planningQueue: planningQueue)
        looks = LookTransactions(database: database, limits: limits, queue: queue)
        lines = LineTransactions(database: database, limits: limits, queue: queue, planningQueue: planningQueue)
        let take = TakeTransactions(database: database, limits: limits, queue: queue)
        let own = OwnerTransactions(database: database, limits: limits)
        let claim = ClaimTransactions(database: database)
        let intake = IntakeTransactions(database: database, limits: limits, saga: saga, queue: planningQueue)
        let mirrors = MirrorTransactions(database: database, limits: limits, queue: queue)
        takes = Batcher(limit: Self.batch, isItemFault: Self.isItemFault) { try await take.take($0) }
        writes = Batcher(limit: Self.batch, isItemFault: Self.isItemFault) { try await own.commit($0) }
        claims = Batcher(limit: Self.batch, isItemFault: Self.isItemFault) { try await claim.take($0) }
        arrivals = Batcher(limit: Self.batch, isItemFault: Self.isItemFault) { try await intake.admit($0) }
        messages = Batcher(limit: Self.batch, isItemFault: Self.isItemFault) { messages in
            try await Receiving.receive(messages, copyAfter: limits.ticketLease, in: database)
        }
        self.database = database
        gates = Batcher(limit: Self.batch) { targets in
            let rows = try await database.pipeline([TargetStatements.asking(targets, limits: limits)])[0]
            let gates = try TargetStatements.gates(rows)
            return TargetStatements.answers(to: targets, gates: gates, limits: limits)
        }
        reports = Batcher(limit: Self.batch) { reports in
            try await database.pipeline(TargetStatements.commands(noting: reports, limits: limits))
            return reports.map { _ in }
        }
        mirrorTakes = Batcher(limit: Self.batch, isItemFault: Self.isItemFault) { try await mirrors.take($0) }
        mirrorOutcomes = Batcher(limit: Self.batch, isItemFault: Self.isItemFault) { try await mirrors.settle($0) }
    }

    package func take(_ id: UUID) async throws -> TakenHandoff? { try await takes.submit(id) }
    package func commit(_ write: OwnerWrite) async throws -> WriteResult { try await writes.submit(write) }
    package func gate(of target: String) async throws -> TargetGate { try await gates.submit(target) }
    package func note(_ report: TargetReport) async throws { try await reports.submit(report) }
    package func claim(_ request: ClaimRequest) async throws -> ClaimAnswer { try await claims.submit(request) }
    package func admit(_ arrival: Arrival) async throws -> IntakeResult { try await arrivals.submit(arrival) }
    package func receive(_ message: ReceivedMessage) async throws -> Reception { try await messages.submit(message) }
    package func origin(ofBody body: [UInt8], in queue: String) async throws -> [String: String]? {
        try await Receiving.origin(ofBody: body, in: queue, of: database)
    }
    package func take(_ mirror: MirrorKey) async throws -> TakenMirror? { try await mirrorTakes.submit(mirror) }
    package func settle(_ outcome: MirrorOutcome) async throws -> SettledMirror {
        try await mirrorOutcomes.submit(outcome)
    }
    package func takeLooks() async throws -> [TakenLook] { try await looks.take() }
    package func settle(_ outcome: LookOutcome) async throws -> SettledLook { try await looks.settle(outcome) }
    package func sweep(publishing: Bool) async throws -> Swept { try await sweeps.sweep(publishing: publishing) }
    package func next(_ limit: Int) async throws -> [UUID] { try await lines.next(limit) }
    package func ticketsOut(in queue: String) async throws -> Int { try await lines.ticketsOut(in: queue) }
    package func hurry(_ missed: MissedTickets) async throws { try await lines.hurry(missed) }
    package func notePublished(_ tickets: [Ticket]) async throws { try await lines.notePublished(tickets) }
    package func copies(of incidents: [UUID]) async throws -> [IncidentCopy] { try await sweeps.copies(of: incidents) }
    package func markCopied(_ copies: [IncidentCopy]) async throws { try await sweeps.markCopied(copies) }

    /// What the server refused may be one row's fault alone. A lost connection is nobody's, and what was or may have
    /// been committed must not be written again.
    private static func isItemFault(_ error: any Error) -> Bool {
        guard let error = error as? PostgreSQLError, error.serverFailure != nil else { return false }
        return !error.isConnectionLoss && !error.mayHaveCommitted
    }
}
