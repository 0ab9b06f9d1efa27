import FoundationEssentials
import PostgreSQL
import Sagas
import Workers

/// Looks at what was once in doubt: taking them, and writing down what they came to, each under the lane's lock.
struct LookTransactions: Sendable {
    let database: Database
    let limits: TimeLimits
    let queue: String

    /// How many looks one worker takes at once.
    static let batch: Int32 = 20

    /// Takes what is due in this queue; what a cancellation works on waits until that has ended.
    func take() async throws -> [TakenLook] {
        let rows = try await database.pipeline([
            Command(LookStatements.putOff, queue),
            Command(LookStatements.take, queue, Self.batch, limits.lease(covering: limits.longestBudget).milliseconds),
        ])[1]
        let taken = try rows.map { row in
            TakenLook(
                step: .init(handoff: try row.value(0, as: UUID.self), ordinal: Int(try row.value(1, as: Int16.self))),
                round: Int(try row.value(2, as: Int16.self)), token: try row.value(3, as: Int64.self),
                attempts: Int(try row.value(4, as: Int32.self)), label: try row.value(5, as: String.self),
                key: try row.value(6, as: String.self), opportunity: try row.value(7, as: String.self),
                correlationID: try row.value(8, as: String.self), plan: try row.value(9, as: String.self))
        }
        guard !taken.isEmpty else { return [] }
        var receipts: [UUID: [String: Receipt]] = [:]
        for row in try await database.query(LookStatements.receipts, taken.map(\.step.handoff)) {
            let receipt = try Receipt(json: try row.value(2, as: JSONText.self).text)
            receipts[try row.value(0, as: UUID.self), default: [:]][try row.value(1, as: String.self)] = receipt
        }
        return taken.map { look in
            var look = look
            look.receipts = receipts[look.step.handoff] ?? [:]
            return look
        }
    }

    /// Writes down an outcome, if the look is still this worker's.
    func settle(_ outcome: LookOutcome) async throws -> SettledLook {
        let look = outcome.look
        return try await database.transaction { transaction in
            let rows = try await transaction.pipeline([
                Command(LaneStatements.lock, [look.opportunity]),
                Command(LookStatements.lockHandoff, look.step.handoff),
                Command(
                    LookStatements.lock, look.step.handoff, Int16(look.step.ordinal), Int16(look.round), look.token),
            ])
            guard let row = rows[2].first else { return SettledLook(next: .end) }
            if try row.value(1, as: Bool.self) {
                try await transaction.pipeline([
                    Command(
                        LookStatements.wait, look.step.handoff, Int16(look.step.ordinal), Int16(look.round))
                ])
                return SettledLook(next: .end)
            }
            let removals = try row.value(0, as: [String].self)
            switch outcome.result {
            case .found(let ids):
                return try await settle(outcome, found: ids, kept: nil, removals, in: transaction)
            case .kept(let id, let because):
                return try await settle(outcome, found: [id], kept: (id, because), removals, in: transaction)
            case .later(let time, let isAttempt, let reason):
                try await transaction.pipeline([
                    Command(
                        LookStatements.later, look.step.handoff, Int16(look.step.ordinal), Int16(look.round),
                        time.milliseconds, Int32(isAttempt ? 1 : 0), reason)
                ])
                return SettledLook(next: .end)
            case .givenUp(let reason):
                let incident = try incident(
                    .lookFailed, outcome, cause: look.failureCause,
                    story: look.story(ofFailing: reason, at: outcome.target))
                let entry = try JournalEntry.looked(step: look.label, round: look.round, outcome: "failed")
                try await transaction.pipeline([incident.command] + close(look, as: "failed", [entry]))
                return SettledLook(next: .end, incidents: [incident.id])
            }
        }
    }

    private func settle(
        _ outcome: LookOutcome, found: [String], kept: (id: String, because: String)?, _ removals: [String],
        in transaction: Transaction
    ) async throws -> SettledLook {
        let look = outcome.look
        let facts = try await transaction.pipeline([
            Command(
                LookStatements.facts, look.step.handoff, Int16(look.step.ordinal), found, look.opportunity,
                found.map(look.cause))
        ])[0]
        let things = try zip(found, facts).map { id, row in
            FoundThing(
                id: id, isStanding: try row.value(0, as: Bool.self), isInUse: try row.value(1, as: Bool.self),
                isTold: try row.value(2, as: Bool.self))
        }
        let verdict = lookVerdict(on: things, isShared: outcome.isShared, kept: kept)
        var commands: [Command] = []
        var incidents: [UUID] = []
        var entries: [String] = []
        for told in verdict.told {
            let incident = try incident(
                .copyLeft, outcome, cause: look.cause(of: told.id),
                story: look.story(of: told, in: outcome.target, standing: look.receipts[look.label]?.externalID))
            incidents.append(incident.id)
            commands.append(incident.command)
            entries.append(try JournalEntry.copyTold(step: look.label, externalID: told.id))
        }
        let next: SettledLook.Next
        if let removal = verdict.removal {
            entries.append(try JournalEntry.removing(step: look.label, externalID: removal))
            commands.append(
                Command(
                    LookStatements.announce, look.step.handoff, Int16(look.step.ordinal), Int16(look.round), removal,
                    outcome.removalTime.milliseconds))
            next = .remove(removal)
        } else if kept != nil {
            next = .ask
        } else {
            let told = things.contains { $0.isTold } || !verdict.told.isEmpty
            let name = !removals.isEmpty ? "removed" : told ? "told" : "nothing"
            entries.append(try JournalEntry.looked(step: look.label, round: look.round, outcome: name))
            try await transaction.pipeline(commands + close(look, as: name, entries))
            return SettledLook(next: .end, incidents: incidents)
        }
        try await transaction.pipeline(commands + journal(look, entries))
        return SettledLook(next: next, incidents: incidents)
    }

    private func close(_ look: TakenLook, as outcome: String, _ entries: [String]) -> [Command] {
        var commands = journal(look, entries)
        commands.append(
            Command(
                LookStatements.close, look.step.handoff, Int16(look.step.ordinal), Int16(look.round), outcome))
        if look.round < limits.looks.count {
            let time = limits.looks[look.round] - limits.looks[look.round - 1]
            commands.append(
                Command(
                    LookStatements.next, look.step.handoff, Int16(look.step.ordinal), Int16(look.round),
                    time.milliseconds))
        }
        return commands
    }

    private func journal(_ look: TakenLook, _ entries: [String]) -> [Command] {
        entries.isEmpty ? [] : [Command(LookStatements.journal, look.step.handoff, entries)]
    }

    private func incident(
        _ incidentClass: IncidentClass, _ outcome: LookOutcome, cause: String, story: String
    ) throws -> (id: UUID, command: Command) {
        let id = UUID()
        let look = outcome.look
        return (
            id,
            Command(
                LookStatements.openIncident, id, cause, look.step.handoff, look.label, queue, incidentClass.rawValue,
                incidentClass.owner.rawValue, story, limits.ticketLease.milliseconds)
        )
    }
}
