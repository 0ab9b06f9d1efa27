import FoundationEssentials
import Sagas

/// The transactions of one worker, whatever keeps the rows: each is whole or not there, and committed when it returns.
package protocol HandoffStore: Sendable {
    /// The times by which rows fall due.
    var limits: TimeLimits { get }
    /// Begins to own a handoff that is ready in the worker's queue; nil for any other.
    func take(_ id: UUID) async throws -> TakenHandoff?
    /// Writes for a handoff, if the worker still owns it.
    func commit(_ write: OwnerWrite) async throws -> WriteResult
    /// Claims a thing that deals share.
    func claim(_ request: ClaimRequest) async throws -> ClaimAnswer
    /// Whether `target` may be called now.
    func gate(of target: String) async throws -> TargetGate
    /// Notes how a target answered a call that no owner's write follows.
    func note(_ report: TargetReport) async throws
    /// Records an arrival and decides on it.
    func admit(_ arrival: Arrival) async throws -> IntakeResult
    /// Whether the incident is new; an old one is a copy of the same failure.
    func open(_ incident: RawIncident) async throws -> Bool
    /// Begins to own a status that is ready in the worker's queue; nil for any other.
    func take(_ mirror: MirrorKey) async throws -> TakenMirror?
    /// Writes how telling a status ended, if the worker still owns it.
    func settle(_ outcome: MirrorOutcome) async throws -> SettledMirror
    /// Makes ready whatever is due.
    func sweep() async throws -> Swept
    /// How many rows wait for a worker of `queue` to take their tickets.
    func readyRows(in queue: String) async throws -> Int
    /// What the dead-letter queue shall show of these incidents, as far as they are open.
    func copies(of incidents: [UUID]) async throws -> [IncidentCopy]
    /// Notes that the copies stand in the dead-letter queue, unless somebody acted on the incident meanwhile.
    func markCopied(_ copies: [IncidentCopy]) async throws
}

extension HandoffStore {
    /// Publishes copies of open incidents and notes which are confirmed; the sweeper sees to the others.
    func copyToDeadLetters(_ incidents: [UUID], outbox: any Outbox) async throws {
        let confirmed = try await outbox.publish(try await copies(of: incidents))
        if !confirmed.isEmpty { try await markCopied(confirmed) }
    }
}
