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
            write.incident.map { _ in UUID() }
        }
        let plan = try commands(for: writes, incidents: incidents)
        let results = try await database.pipeline(plan.map(\.command))
        var rows: [Purpose: [Row]] = [:]
        for (planned, result) in zip(plan, results) { rows[planned.purpose] = result }
        return try answers(to: writes, incidents: incidents, rows: rows)
    }

    private enum Purpose: Hashable {
        case lanes, owned, plans, steps, changes, doubts, claims, journal, statuses, incidents, residues, moves,
            advance,
            reports, gates
    }

    private struct PlannedCommand {
        let purpose: Purpose
        let command: Command
    }

    private func commands(for writes: [OwnerWrite], incidents: [UUID?]) throws -> [PlannedCommand] {
        let closing = writes.filter(\.next.isClosing).map(\.opportunity)
        let optional: [(Purpose, Command?)] = try [
            (.lanes, closing.isEmpty ? nil : Command(LaneStatements.lock, closing)),
            (.owned, Command(OwnerStatements.lockOwned, writes.map(\.handoff), writes.map(\.token))),
            (.plans, plansCommand(writes)), (.steps, stepsCommand(writes)), (.changes, changesCommand(writes)),
            (.doubts, doubtsCommand(writes)), (.claims, claimsCommand(writes)), (.journal, journalCommand(writes)),
            (.statuses, statusesCommand(writes)),
            (.incidents, incidentsCommand(writes, incidents)), (.residues, residuesCommand(writes)),
            (.moves, movesCommand(writes)),
            (.advance, closing.isEmpty ? nil : LaneStatements.advancing(closing, limits)),
        ]
        return optional.compactMap { purpose, command in command.map { PlannedCommand(purpose: purpose, command: $0) } }
            // Targets come last: their rows are everybody's, and shall be locked for the shortest time.
            + TargetStatements.commands(
                noting: writes.flatMap(\.reports), besides: writes.compactMap(\.calls), limits: limits
            ).map { PlannedCommand(purpose: .reports, command: $0) } + gateCommands(writes)
    }

    private func gateCommands(_ writes: [OwnerWrite]) -> [PlannedCommand] {
        let targets = writes.compactMap(\.calls)
        guard !targets.isEmpty else { return [] }
        return [PlannedCommand(purpose: .gates, command: TargetStatements.asking(targets, limits: limits))]
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
        let changes = rows.map(\.1)
        return Command(
            OwnerStatements.changeSteps, rows.map(\.0.handoff), rows.map(\.0.token), changes.map(\.step.handoff),
            changes.map { Int16($0.step.ordinal) }, changes.map(\.state.rawValue), changes.map { Int32($0.failures) },
            changes.map { $0.settlesAfter?.milliseconds }, changes.map { $0.receipt?.externalID },
            try changes.map { try $0.receipt.map { JSONText(try $0.json) } }, changes.map { $0.kept?.because },
            changes.map { $0.kept?.owner?.rawValue }, changes.map(\.endsAdoption),
            rows.map { $0.0.direction == .backwards })
    }

    private func doubtsCommand(_ writes: [OwnerWrite]) -> Command? {
        let rows = writes.flatMap { write in write.changes.filter(\.isInDoubt).map { (write, $0) } }
        guard !rows.isEmpty, let first = limits.looks.first else { return nil }
        return Command(
            LookStatements.noteDoubts, rows.map(\.0.handoff), rows.map(\.0.token), rows.map(\.1.step.handoff),
            rows.map { Int16($0.1.step.ordinal) }, first.milliseconds)
    }

    private func claimsCommand(_ writes: [OwnerWrite]) -> Command? {
        let rows = writes.flatMap { write in
            write.changes.compactMap { change in change.claim.map { (write, $0, change) } }
        }
        guard !rows.isEmpty else { return nil }
        return Command(
            OwnerStatements.settleClaims, rows.map(\.0.handoff), rows.map(\.0.token), rows.map(\.1.target),
            rows.map(\.1.thing), rows.map(\.1.naturalKey), rows.map(\.2.receipt?.externalID),
            rows.map(\.2.receipt?.contentHash), rows.map(\.2.stepKey))
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
            rows.map(\.1.object), rows.map(\.1.queue.name), rows.map(\.1.content), limits.ticketLease.milliseconds,
            rows.map(\.0).filter(isWorthTellingAnew).map(\.opportunity),
            rows.map { write, _ in
                if case .waiting(let wait) = write.next { wait.time.milliseconds } else { Int64?.none }
            })
    }

    /// A short wait is over before anybody reads when it ends.
    private func isWorthTellingAnew(_ write: OwnerWrite) -> Bool {
        if case .waiting(let wait) = write.next { wait.time >= limits.tellingWait } else { false }
    }

    private func incidentsCommand(_ writes: [OwnerWrite], _ ids: [UUID?]) -> Command? {
        let rows = zip(writes, ids).compactMap { write, id in
            write.incident.flatMap { incident, isBlocking in id.map { (write, $0, incident, isBlocking) } }
        }
        guard !rows.isEmpty else { return nil }
        return Command(
            OwnerStatements.openIncidents, rows.map(\.0.handoff), rows.map(\.0.token), rows.map(\.1),
            rows.map { $0.0.incidentCause(step: $0.2.step) }, rows.map(\.2.step),
            rows.map(\.0.incidentDirection.rawValue),
            rows.map(\.0.queue), rows.map(\.2.incidentClass.rawValue), rows.map(\.2.incidentClass.owner.rawValue),
            rows.map(\.2.story), rows.map(\.3), limits.ticketLease.milliseconds, rows.map(\.2.said))
    }

    private func residuesCommand(_ writes: [OwnerWrite]) -> Command? {
        let closing = writes.filter { $0.next == .compensated }
        guard !closing.isEmpty else { return nil }
        return Command(OwnerStatements.openResidues, closing.map(\.handoff), closing.map(\.token))
    }

    private func movesCommand(_ writes: [OwnerWrite]) -> Command {
        let targets = writes.map { write -> (state: String, queue: String, cause: String?, wait: Duration?) in
            switch write.next {
            case .running(let lease): ("running", write.queue, nil, lease)
            case .ready(let queue): ("ready", queue, nil, nil)
            case .waiting(let wait): ("waiting", write.queue, wait.cause.name, wait.time)
            case .parked(let incident): ("parked", write.queue, incident.incidentClass.rawValue, nil)
            case .finished: ("finished", write.queue, nil, nil)
            case .compensated: ("compensated", write.queue, nil, nil)
            }
        }
        let steps = writes.map { write -> StepRecord.ID? in
            if case .waiting(let wait) = write.next { wait.step } else { nil }
        }
        return Command(
            OwnerStatements.moveHandoffs, writes.map(\.handoff), writes.map(\.token), targets.map(\.state),
            targets.map(\.queue), targets.map(\.cause), writes.map(\.lastError),
            targets.map { $0.wait?.milliseconds }, writes.map(\.isProgress), writes.map(\.direction.rawValue),
            steps.map { $0?.handoff }, limits.ticketLease.milliseconds, writes.map(\.handoff),
            steps.map { $0.map { Int16($0.ordinal) } },
            writes.map { Int32($0.planningFailure?.isAttempt == true ? 1 : 0) },
            writes.map { $0.planningFailure?.target }, Int64(limits.ticketWindow), limits.withheldLease.milliseconds,
            writes.map(\.begins))
    }

    private func answers(to writes: [OwnerWrite], incidents: [UUID?], rows: [Purpose: [Row]]) throws -> [WriteResult] {
        let gates = TargetStatements.answers(
            to: writes.map(\.calls), gates: try TargetStatements.gates(rows[.gates] ?? []), limits: limits)
        let owned = Set(try (rows[.owned] ?? []).map { try $0.value(0, as: UUID.self) })
        let ready = try ticketsOut(rows[.moves] ?? [])
        var results = zip(zip(writes, incidents), gates).map { entry, gate in
            let (write, incident) = entry
            var result = WriteResult(isOwner: owned.contains(write.handoff))
            guard result.isOwner else { return result }
            result.incident = incident
            result.gate = gate
            result.tickets = ready.filter { $0.subject == .handoff(write.handoff) }
            return result
        }
        // Tickets of mirrors and released heads belong to nobody's handoff in particular: any writer may publish them.
        guard let carrier = results.firstIndex(where: \.isOwner) else { return results }
        results[carrier].tickets += try mirrorTickets(rows[.statuses] ?? [])
        results[carrier].tickets += try ticketsOut(rows[.advance] ?? [])
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
