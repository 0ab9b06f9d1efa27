import Fleet
import FoundationEssentials
import PostgreSQL

/// What people do to handoffs themselves: adopt what was made by hand, approve, reject.
public struct HandoffActs: Sendable {
    let database: Database
    let post: Post

    /// Writes through `database`, whose role is who acts, and publishes by `post`.
    public init(database: Database, post: Post) {
        self.database = database
        self.post = post
    }

    /// Finds a handoff by its id, or the beginning of it.
    public func find(_ text: String) async throws -> RowID {
        guard let range = RowID.range(withPrefix: text) else { throw NoSuchHandoff(text: text) }
        let rows = try await database.query(HandoffStatements.withPrefix, range.lowerBound, range.upperBound)
        guard rows.count == 1 else { throw NoSuchHandoff(text: text) }
        return try rows[0].value(0)
    }

    /// Lets `step` adopt what a person made by hand. The worker asks the target for it before that counts.
    public func adopt(_ externalID: String, step name: String, of handoff: RowID, why: String?) async throws -> String {
        let ticket = try await database.transaction { transaction in
            let rows = try await transaction.pipeline([
                Command(HandoffStatements.lock, handoff), Command(HandoffStatements.lockBlockingIncident, handoff),
                Command(HandoffStatements.steps, handoff),
                Command(HandoffStatements.makerOf, handoff, name, externalID),
            ])
            guard let row = rows[0].first else { throw NoSuchHandoff(text: handoff.description) }
            let steps = try rows[2].map { step in
                AdoptableStep(
                    ordinal: Int(try step.value(0, as: Int16.self)), name: try step.value(1), state: try step.value(2))
            }
            let step = try stepToAdopt(
                name, state: try row.decode("state"), direction: try row.decode("direction"), steps: steps)
            if let maker = try rows[3].first?.value(0, as: RowID.self) {
                throw ActRefused("\(externalID) is what \(name) of handoff \(maker) made: one thing, one handoff")
            }
            let incident = try freeIncident(rows[1])
            let entry = JournalText(
                what: "adoption asked", incident: incident?.description, step: name, externalID: externalID)
            var commands = [
                Command(HandoffStatements.adopt, handoff, Int16(step.ordinal), externalID),
                Command(ActStatements.journal, handoff, try entry.text),
                Command(ActStatements.record, "adopt", incident, handoff, why, "\(name) \(externalID)"),
            ]
            if let incident { commands.append(Command(ActStatements.closeIncident, incident, "adopted", why)) }
            commands.append(Command(ActStatements.readyHandoff, handoff, "do", Post.ticketLease.inMilliseconds))
            return try await wantedTicket(in: transaction.commit(after: commands))
        }
        return "\(name) is to adopt \(externalID); it counts once the target knows it" + (try await publish(ticket))
    }

    /// Approves, or rejects, what a handoff waits for.
    public func decide(
        on handoff: RowID, gate: String?, isApproved: Bool, why: String
    ) async throws -> String {
        let decision = isApproved ? "approved" : "rejected"
        let ticket = try await database.transaction { transaction in
            guard let row = try await transaction.query(HandoffStatements.lock, handoff).first else {
                throw NoSuchHandoff(text: handoff.description)
            }
            let requester = try row.decode("requester", as: String?.self) ?? "nobody"
            let wanted = try approvalToDecide(
                state: try row.decode("state"), cause: try row.decode("cause"), gate: gate, requester: requester,
                decidedBy: try row.decode("actor"))
            let isNew = try await !transaction.query(
                HandoffStatements.decide, handoff, wanted.gate, wanted.planHash, requester, decision
            ).isEmpty
            guard isNew else { throw try await decidedBefore(wanted, on: handoff, transaction) }
            let entry = JournalText(what: decision, gate: wanted.gate, plan: wanted.planHash)
            return try await wantedTicket(
                in: transaction.commit(after: [
                    Command(ActStatements.journal, handoff, try entry.text),
                    Command(
                        ActStatements.record, isApproved ? "approve" : "reject", RowID?.none, handoff, why,
                        "\(wanted.gate) \(decision)"),
                    Command(HandoffStatements.wake, handoff, Post.ticketLease.inMilliseconds),
                ]))
        }
        return "\(decision); the handoff goes on" + (try await publish(ticket))
    }

    func freeIncident(_ rows: [Row]) throws -> RowID? {
        guard let row = rows.first else { return nil }
        if let holder = try row.decode("held_by", as: String?.self) {
            let because = try row.decode("held_why", as: String?.self) ?? "-"
            throw ActRefused("its incident is held by \(holder) because \(because): release it first")
        }
        return try row.decode("id")
    }

    private func decidedBefore(
        _ wanted: WantedApproval, on handoff: RowID, _ transaction: Transaction
    ) async throws -> ActRefused {
        let rows = try await transaction.query(HandoffStatements.decision, handoff, wanted.gate, wanted.planHash)
        guard let row = rows.first else { return ActRefused("the approval was decided this moment: look again") }
        let at = try row.value(2, as: Date.self).formatted(.iso8601)
        return ActRefused(
            "already \(try row.value(1, as: String.self)) by \(try row.value(0, as: String.self)) at \(at)")
    }

    func wantedTicket(in written: [[Row]]) throws -> Ticket? {
        try written.last?.first.map { row in
            Ticket(.handoff(try row.value(0, as: UUID.self)), queue: try row.value(1), correlationID: try row.value(2))
        }
    }

    /// What to add where the ticket is lost.
    func publish(_ ticket: Ticket?) async throws -> String {
        guard let ticket, let loss = try await post.publish([.ticket(ticket)])[0] else { return "" }
        return "; its ticket was not published (\(loss.reason)), so the worker will look within 30 s"
    }
}
