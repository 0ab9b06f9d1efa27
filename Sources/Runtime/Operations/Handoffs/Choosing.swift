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
                Command(HandoffStatements.lock, handoff), Command(HandoffStatements.situation, handoff),
                Command(HandoffStatements.blockingIncident, handoff),
            ])
            guard let row = rows[1].first else { throw NoSuchHandoff(text: handoff.description) }
            try checkChoice(
                what, state: try row.decode("state"), direction: try row.decode("direction"),
                isPlanned: try row.decode("planned"))
            try checkHold(rows[2])
            return try await wantedTicket(
                in: transaction.commit(after: [
                    Command(HandoffStatements.choose, handoff, what, value, why, Post.ticketLease.inMilliseconds)
                ]))
        }
        return "\(what) is \(value); the handoff is planned again" + (try await publish(ticket))
    }
}
