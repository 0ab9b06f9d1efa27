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
    /// A message that was refused becomes an incident, or one more time of the one that it is already.
    func receive(_ message: ReceivedMessage) async throws -> Reception
    /// Where a message with these bytes came from when it was refused in `queue`; nil where none was.
    func origin(ofBody body: [UInt8], in queue: String) async throws -> [String: String]?
    /// Begins to own a status that is ready in the worker's queue; nil for any other.
    func take(_ mirror: MirrorKey) async throws -> TakenMirror?
    /// Writes how telling a status ended, if the worker still owns it.
    func settle(_ outcome: MirrorOutcome) async throws -> SettledMirror
    /// Begins to own the looks that are due in the worker's queue.
    func takeLooks() async throws -> [TakenLook]
    /// Writes down what came of a look, if the worker still owns it, and says what is to be done about it.
    func settle(_ outcome: LookOutcome) async throws -> SettledLook
    /// Makes ready whatever is due, and lets the next in line go. Who is not `publishing` leaves alone what is due for a
    /// message.
    func sweep(publishing: Bool) async throws -> Swept
    /// So many handoffs of the worker's queue that may be looked at without a ticket, in the order of the line.
    func next(_ limit: Int) async throws -> [UUID]
    /// How many handoffs and statuses of `queue` have a ticket out.
    func ticketsOut(in queue: String) async throws -> Int
    /// Makes due at once what waits for tickets that the broker may not have.
    func hurry(_ missed: MissedTickets) async throws
    /// Notes that tickets were published once more.
    func notePublished(_ tickets: [Ticket]) async throws
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
