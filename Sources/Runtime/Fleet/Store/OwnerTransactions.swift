import FoundationEssentials
import PostgreSQL
import Sagas
import Workers

/// Writes of owners, many in one transaction: one pipeline, one round trip.
struct OwnerTransactions: Sendable {
    let database: Database
    let limits: TimeLimits

    /// Commits all writes together and answers each, in order.
    func commit(_ writes: [OwnerWrite]) async throws -> [WriteResult] {
        let incidents = writes.map { write -> UUID? in
            if case .parked = write.next { UUID() } else { nil }
        }
        let plan = try commands(for: writes, incidents: incidents)
        let results = try await database.pipeline(plan.map(\.command))
        var rows: [Purpose: [Row]] = [:]
        for (planned, result) in zip(plan, results) { rows[planned.purpose] = result }
        return try answers(to: writes, incidents: incidents, rows: rows)
    }

    private enum Purpose: Hashable {
        case lanes, owned, plans, steps, changes, claims, journal, statuses, incidents, moves, advance
    }

    private struct PlannedCommand {
        let purpose: Purpose
        let command: Command
    }

    private func commands(for writes: [OwnerWrite], incidents: [UUID?]) throws -> [PlannedCommand] {
        let closing = writes.filter { $0.next == .finished }.map(\.opportunity)
        let optional: [(Purpose, Command?)] = try [
            (.lanes, closing.isEmpty ? nil : Command(OwnerStatements.lockLanes, closing)),
            (.owned, Command(OwnerStatements.lockOwned, writes.map(\.handoff), writes.map(\.token))),
            (.plans, plansCommand(writes)), (.steps, stepsCommand(writes)), (.changes, changesCommand(writes)),
            (.claims, claimsCommand(writes)), (.journal, journalCommand(writes)), (.statuses, statusesCommand(writes)),
            (.incidents, incidentsCommand(writes, incidents)), (.moves, movesCommand(writes)),
            (
                .advance,
                closing.isEmpty
                    ? nil
                    : Command(OwnerStatements.advanceLanes, closing, limits.ticketLease.milliseconds)
            ),
        ]
        return optional.compactMap { purpose, command in command.map { PlannedCommand(purpose: purpose, command: $0) } }
    }

    private func plansCommand(_ writes: [OwnerWrite]) -> Command? {
        let rows = writes.compactMap { write in write.planned.map { (write, $0) } }
        guard !rows.isEmpty else { return nil }
        return Command(
            OwnerStatements.insertPlans, rows.map(\.0.handoff), rows.map(\.0.token), rows.map(\.1.hash),
            rows.map(\.1.body))
    }

    private func stepsCommand(_ writes: [OwnerWrite]) -> Command? {
        let rows = writes.flatMap { write in
            (write.planned?.steps ?? []).enumerated().map { (write, Int16($0.offset), $0.element) }
        }
        guard !rows.isEmpty else { return nil }
        return Command(
            OwnerStatements.insertSteps, rows.map(\.0.handoff), rows.map(\.0.token), rows.map(\.1), rows.map(\.2.label),
            rows.map(\.2.queue), rows.map(\.2.isFinal), rows.map(\.2.key))
    }

    private func changesCommand(_ writes: [OwnerWrite]) throws -> Command? {
        let rows = writes.flatMap { write in write.changes.map { (write, $0) } }
        guard !rows.isEmpty else { return nil }
        return Command(
            OwnerStatements.changeSteps, rows.map(\.0.handoff), rows.map(\.0.token), rows.map { Int16($0.1.ordinal) },
            rows.map(\.1.state.rawValue), rows.map { Int32($0.1.failures) },
            rows.map { $0.1.settlesAfter?.milliseconds }, rows.map { $0.1.receipt?.externalID },
            try rows.map { try $0.1.receipt.map { JSONText(try $0.json) } })
    }

    private func claimsCommand(_ writes: [OwnerWrite]) -> Command? {
        let rows = writes.flatMap { write in
            write.changes.compactMap { change in
                change.claim.flatMap { claim in change.receipt.map { (write, claim, $0) } }
            }
        }
        guard !rows.isEmpty else { return nil }
        return Command(
            OwnerStatements.settleClaims, rows.map(\.0.handoff), rows.map(\.0.token), rows.map(\.1.target),
            rows.map(\.1.thing), rows.map(\.1.naturalKey), rows.map(\.2.externalID), rows.map(\.2.contentHash))
    }

    private func journalCommand(_ writes: [OwnerWrite]) -> Command? {
        let rows = writes.flatMap { write in write.entries.map { (write, $0) } }
        guard !rows.isEmpty else { return nil }
        return Command(OwnerStatements.appendJournal, rows.map(\.0.handoff), rows.map(\.0.token), rows.map(\.1))
    }

    private func statusesCommand(_ writes: [OwnerWrite]) -> Command? {
        let rows = writes.compactMap { write in write.status.map { (write, $0) } }
        guard !rows.isEmpty else { return nil }
        return Command(
            OwnerStatements.wantStatuses, rows.map(\.0.handoff), rows.map(\.0.token), rows.map(\.1.target),
            rows.map(\.1.object), rows.map(\.1.queue.name), rows.map(\.1.content), limits.ticketLease.milliseconds)
    }

    private func incidentsCommand(_ writes: [OwnerWrite], _ ids: [UUID?]) -> Command? {
        let rows = zip(writes, ids).compactMap { write, id -> (OwnerWrite, UUID, OwnerWrite.Incident)? in
            guard case .parked(let incident) = write.next, let id else { return nil }
            return (write, id, incident)
        }
        guard !rows.isEmpty else { return nil }
        return Command(
            OwnerStatements.openIncidents, rows.map(\.0.handoff), rows.map(\.0.token), rows.map(\.1),
            rows.map { $0.0.incidentCause(step: $0.2.step) }, rows.map(\.2.step),
            rows.map(\.0.queue), rows.map(\.2.incidentClass.rawValue),
            rows.map(\.2.incidentClass.owner.rawValue), rows.map(\.2.story), limits.ticketLease.milliseconds)
    }

    private func movesCommand(_ writes: [OwnerWrite]) -> Command {
        let targets = writes.map { write -> (state: String, queue: String, cause: String?, wait: Int64?) in
            switch write.next {
            case .running(let lease): ("running", write.queue, nil, lease.milliseconds)
            case .ready(let queue): ("ready", queue, nil, nil)
            case .waiting(let cause, let wait): ("waiting", write.queue, cause, wait.milliseconds)
            case .parked(let incident): ("parked", write.queue, incident.incidentClass.rawValue, nil)
            case .finished: ("finished", write.queue, nil, nil)
            }
        }
        return Command(
            OwnerStatements.moveHandoffs, writes.map(\.handoff), writes.map(\.token), targets.map(\.state),
            targets.map(\.queue),
            targets.map(\.cause), writes.map(\.lastError), targets.map(\.wait), writes.map(\.isProgress),
            limits.ticketLease.milliseconds)
    }

    private func answers(to writes: [OwnerWrite], incidents: [UUID?], rows: [Purpose: [Row]]) throws -> [WriteResult] {
        let owned = Set(try (rows[.owned] ?? []).map { try $0.value(0, as: UUID.self) })
        var results = zip(writes, incidents).map { write, incident in
            var result = WriteResult(isOwner: owned.contains(write.handoff))
            guard result.isOwner else { return result }
            result.incident = incident
            if case .ready(let queue) = write.next {
                result.tickets.append(
                    Ticket(.handoff(write.handoff), queue: queue, correlationID: write.correlationID))
            }
            return result
        }
        // Tickets of mirrors and released heads belong to nobody's handoff in particular: any writer may publish them.
        guard let carrier = results.firstIndex(where: \.isOwner) else { return results }
        results[carrier].tickets += try mirrorTickets(rows[.statuses] ?? [])
        results[carrier].tickets += try (rows[.advance] ?? []).map(Ticket.init(ofHandoff:))
        return results
    }
}

/// The tickets of statuses that were at rest before: columns opportunity, target, object, queue, correlation id, needs.
func mirrorTickets(_ rows: [Row]) throws -> [Ticket] {
    try rows.compactMap { row in
        guard try row.value(5, as: Bool.self) else { return nil }
        return try Ticket(ofMirror: row)
    }
}

extension Ticket {
    /// The ticket of a handoff's row: columns id, queue, correlation id.
    init(ofHandoff row: Row) throws {
        self.init(
            .handoff(try row.value(0, as: UUID.self)), queue: try row.value(1, as: String.self),
            correlationID: try row.value(2, as: String.self))
    }

    /// The ticket of a mirror's row: columns opportunity, target, object, queue, correlation id.
    init(ofMirror row: Row) throws {
        self.init(
            .mirror(
                opportunity: try row.value(0, as: String.self), target: try row.value(1, as: String.self),
                object: try row.value(2, as: String.self)),
            queue: try row.value(3, as: String.self), correlationID: try row.value(4, as: String.self))
    }
}
