import Fleet
import FoundationEssentials
import Sagas
import Synchronization

/// The tables behind their lock, with the clock that they go by.
package final class MemoryDatabase: Sendable {
    package let clock: TwinClock
    let limits: TimeLimits
    private let tables: Mutex<Tables>

    package init(clock: TwinClock, limits: TimeLimits = TimeLimits(), plants: StorePlants = []) {
        self.clock = clock
        self.limits = limits
        tables = Mutex(Tables(limits: limits, plants: plants))
    }

    /// The tables as they stand.
    package var snapshot: Tables { tables.withLock { $0 } }

    /// Looks at the tables, and changes nothing that a rule of the schema could speak about.
    func look<Value>(_ body: (inout sending Tables, Duration) throws -> sending Value) rethrows -> sending Value {
        let now = clock.now
        return try tables.withLock { try body(&$0, now) }
    }

    /// Runs one transaction: all of it, or nothing where it throws or breaks a rule of the schema.
    func transaction<Value>(
        _ body: (inout sending Tables, Duration) throws -> sending Value
    ) throws -> sending Value {
        let now = clock.now
        return try tables.withLock { tables in
            var draft = tables
            let value = try body(&draft, now)
            if let violation = draft.violation(), !draft.plants.contains(.noLanes) { throw TwinError(violation) }
            tables = draft
            return value
        }
    }

    /// What a person does about the handoff that an incident parks.
    package func act(_ act: SupportAct, on incident: UUID) throws -> [Ticket] {
        try transaction { try $0.act(act, on: incident, at: $1) }
    }

    /// What a person decides at the gate at which a handoff waits.
    package func decide(_ handoff: UUID, isApproved: Bool) throws -> [Ticket] {
        try transaction { try $0.decide(handoff, isApproved: isApproved, at: $1) }
    }

    /// Records a decision about a plan, whether or not anything waits for it.
    package func record(_ isApproved: Bool, _ gate: String, _ planHash: String, of handoff: UUID) {
        look { tables, _ in
            tables.approvals.append(
                Rows.Approval(handoff: handoff, gate: gate, planHash: planHash, isApproved: isApproved))
        }
    }

    /// Gives the open incidents up whose causes begin so.
    package func discardMessages(_ cause: String) {
        look { tables, now in tables.closeIncidents("discarded", at: now) { $0.cause.hasPrefix(cause) } }
    }

    /// Decides what planning could not.
    package func choose(_ value: String, as what: String, for handoff: UUID) {
        look { tables, _ in
            tables.choices.removeAll { $0.handoff == handoff && $0.what == what }
            tables.choices.append(Rows.Choice(handoff: handoff, what: what, value: value))
        }
    }

    /// Pauses a queue or a target, or ends its pause.
    package func setPause(_ kind: String, _ name: String, _ isPaused: Bool) throws {
        try transaction { tables, _ in
            if isPaused {
                tables.pauses.insert(Rows.Pause(kind: kind, name: name))
            } else {
                tables.pauses.remove(Rows.Pause(kind: kind, name: name))
            }
        }
    }
}

/// The twin of the store: the same transactions as PostgreSQL runs, over tables in memory.
package struct MemoryStore: HandoffStore {
    let database: MemoryDatabase
    let queue: String
    let planningQueue: String

    /// The store as a worker of `queue` has it.
    package init(_ database: MemoryDatabase, queue: String, planningQueue: String) {
        self.database = database
        self.queue = queue
        self.planningQueue = planningQueue
    }

    package var limits: TimeLimits { database.limits }

    package func take(_ id: UUID) throws -> TakenHandoff? {
        database.look { $0.take(id, in: queue, at: $1) }
    }
    package func commit(_ write: OwnerWrite) throws -> WriteResult {
        try database.transaction { try $0.commit(write, at: $1) }
    }
    package func claim(_ request: ClaimRequest) throws -> ClaimAnswer {
        database.look { $0.claim(request, at: $1) }
    }
    package func gate(of target: String) throws -> TargetGate {
        database.look { $0.gate(of: target, at: $1) }
    }
    package func note(_ report: TargetReport) throws {
        database.look { $0.note([report], at: $1) }
    }
    package func admit(_ arrival: Arrival) throws -> IntakeResult {
        try database.transaction { try $0.admit(arrival, into: planningQueue, at: $1) }
    }
    package func receive(_ message: ReceivedMessage) throws -> Reception {
        database.look { $0.receive(message, at: $1) }
    }
    package func origin(ofBody body: [UInt8], in queue: String) throws -> [String: String]? {
        database.look { tables, _ in tables.origin(ofBody: body, in: queue) }
    }
    package func take(_ mirror: MirrorKey) throws -> TakenMirror? {
        database.look { $0.take(mirror, in: queue, at: $1) }
    }
    package func settle(_ outcome: MirrorOutcome) throws -> SettledMirror {
        try database.transaction { $0.settle(outcome, in: queue, at: $1) }
    }
    package func takeLooks() throws -> [TakenLook] { database.look { $0.takeLooks(in: queue, at: $1) } }
    package func settle(_ outcome: LookOutcome) throws -> SettledLook {
        try database.transaction { try $0.settle(outcome, in: queue, at: $1) }
    }
    package func sweep(publishing: Bool) throws -> Swept {
        try database.transaction { $0.sweep(for: planningQueue, publishing: publishing, at: $1) }
    }
    package func next(_ limit: Int) throws -> [UUID] {
        database.look { $0.next(limit, in: queue, planningQueue: planningQueue, at: $1) }
    }
    package func ticketsOut(in queue: String) throws -> Int {
        database.look { tables, _ in tables.ticketsOut(in: queue) }
    }
    package func hurry(_ missed: MissedTickets) throws { database.look { $0.hurry(missed, at: $1) } }
    package func notePublished(_ tickets: [Ticket]) throws {
        database.look { tables, _ in tables.notePublished(tickets) }
    }
    package func copies(of incidents: [UUID]) throws -> [IncidentCopy] {
        database.look { tables, _ in tables.copies(of: incidents) }
    }
    package func markCopied(_ copies: [IncidentCopy]) throws {
        database.look { tables, _ in tables.markCopied(copies) }
    }
}
