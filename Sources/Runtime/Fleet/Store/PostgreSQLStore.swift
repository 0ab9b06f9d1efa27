import FoundationEssentials
import PostgreSQL
import Sagas

/// The transactions of one worker in PostgreSQL, each kind gathered into batches.
package final class PostgreSQLStore: HandoffStore {
    package let limits: TimeLimits
    private let sweeps: SweepTransactions
    private let takes: Batcher<UUID, TakenHandoff?>
    private let writes: Batcher<OwnerWrite, WriteResult>
    private let claims: Batcher<ClaimRequest, ClaimAnswer>
    private let arrivals: Batcher<Arrival, IntakeResult>
    private let rawIncidents: Batcher<RawIncident, Bool>
    private let gates: Batcher<String, TargetGate>
    private let reports: Batcher<TargetReport, Void>
    private let mirrorTakes: Batcher<MirrorKey, TakenMirror?>
    private let mirrorOutcomes: Batcher<MirrorOutcome, SettledMirror>

    /// How many items one transaction carries at the most.
    private static let batch = 200

    package init(database: Database, limits: TimeLimits, saga: String, queue: String, planningQueue: String) {
        self.limits = limits
        sweeps = SweepTransactions(database: database, limits: limits, planningQueue: planningQueue)
        let take = TakeTransactions(database: database, limits: limits, queue: queue)
        let own = OwnerTransactions(database: database, limits: limits)
        let claim = ClaimTransactions(database: database)
        let intake = IntakeTransactions(database: database, limits: limits, saga: saga, queue: planningQueue)
        let mirrors = MirrorTransactions(database: database, limits: limits, queue: queue)
        takes = Batcher(limit: Self.batch, isItemFault: Self.isItemFault) { try await take.take($0) }
        writes = Batcher(limit: Self.batch, isItemFault: Self.isItemFault) { try await own.commit($0) }
        claims = Batcher(limit: Self.batch, isItemFault: Self.isItemFault) { try await claim.take($0) }
        arrivals = Batcher(limit: Self.batch, isItemFault: Self.isItemFault) { try await intake.admit($0) }
        rawIncidents = Batcher(limit: Self.batch, isItemFault: Self.isItemFault) { incidents in
            let rows = try await database.pipeline([try RawIncident.insert(incidents, lease: limits.ticketLease)])[0]
            let opened = Set(try rows.map { try $0.value(0, as: UUID.self) })
            return incidents.map { opened.contains($0.id) }
        }
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
    package func open(_ incident: RawIncident) async throws -> Bool { try await rawIncidents.submit(incident) }
    package func take(_ mirror: MirrorKey) async throws -> TakenMirror? { try await mirrorTakes.submit(mirror) }
    package func settle(_ outcome: MirrorOutcome) async throws -> SettledMirror {
        try await mirrorOutcomes.submit(outcome)
    }
    package func sweep() async throws -> Swept { try await sweeps.sweep() }
    package func readyRows(in queue: String) async throws -> Int { try await sweeps.readyRows(in: queue) }
    package func copies(of incidents: [UUID]) async throws -> [IncidentCopy] { try await sweeps.copies(of: incidents) }
    package func markCopied(_ copies: [IncidentCopy]) async throws { try await sweeps.markCopied(copies) }

    /// What the server refused may be one row's fault alone. A lost connection is nobody's, and what was or may have
    /// been committed must not be written again.
    private static func isItemFault(_ error: any Error) -> Bool {
        guard let error = error as? PostgreSQLError, error.serverFailure != nil else { return false }
        return !error.isConnectionLoss && !error.mayHaveCommitted
    }
}
