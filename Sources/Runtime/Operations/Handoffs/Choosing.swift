import Fleet
import PostgreSQL

/// Throws ``ActRefused`` unless a choice still counts for a handoff that stands so: parked, before it has a plan.
func checkChoice(_ what: String, state: String, direction: String, isPlanned: Bool) throws(ActRefused) {
    guard state == "parked" else {
        throw ActRefused("the handoff is \(state): a choice is for one that is parked while it is planned")
    }
    guard direction == "do" else { throw ActRefused("the handoff is being undone: nothing is planned in it any more") }
    guard !isPlanned else {
        throw ActRefused("the handoff is planned already: \(what) is decided, and a corrected version can change it")
    }
}

extension HandoffActs {
    /// Decides what planning could not, such as which of several customers is meant, and has the handoff planned again.
    public func choose(
        _ value: String, as what: String, for handoff: RowID, why: String
    ) async throws -> String {
        let ticket = try await database.transaction { transaction in
            let rows = try await transaction.pipeline([
                Command(HandoffStatements.lock, handoff), Command(HandoffStatements.lockBlockingIncident, handoff),
            ])
            guard let row = rows[0].first else { throw NoSuchHandoff(text: handoff.description) }
            try checkChoice(
                what, state: try row.decode("state"), direction: try row.decode("direction"),
                isPlanned: try row.decode("planned"))
            let incident = try freeIncident(rows[1])
            let entry = JournalText(
                what: "chosen", incident: incident?.description, externalID: value, choice: what)
            var commands = [
                Command(HandoffStatements.choose, handoff, what, value, why),
                Command(ActStatements.journal, handoff, try entry.text),
                Command(ActStatements.record, "choose", incident, handoff, why, "\(what) \(value)"),
            ]
            if let incident { commands.append(Command(ActStatements.closeIncident, incident, "chosen", why)) }
            commands.append(Command(ActStatements.readyHandoff, handoff, "do", Post.ticketLease.inMilliseconds))
            return try await wantedTicket(in: transaction.commit(after: commands))
        }
        return "\(what) is \(value); the handoff is planned again" + (try await publish(ticket))
    }
}
