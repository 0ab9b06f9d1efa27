import FoundationEssentials
import PostgreSQL
import Sagas

/// Recording arrivals, many in one transaction: the lanes are locked, the decisions are made on what stands there,
/// and everything that follows from them is written at once.
struct IntakeTransactions: Sendable {
    let database: Database
    let limits: TimeLimits
    let saga: String
    let queue: String

    /// Commits all arrivals together and answers each, in order.
    func admit(_ arrivals: [Arrival]) async throws -> [IntakeResult] {
        // All names of a deal are locked: under each, another event may come at the same moment.
        let opportunities = Array(Set(arrivals.flatMap { [$0.opportunity] + $0.names })).sorted()
        // Deals that wait for their signature are read only where one arrives.
        let signed = arrivals.filter { $0.kind.signed != nil }.map(\.opportunity)
        let envelopes = arrivals.compactMap { $0.kind.signed?.envelope }
        return try await database.transaction { transaction in
            let known = try await transaction.pipeline(
                [
                    Command(LaneStatements.lock, opportunities),
                    Command(IntakeStatements.knownEvents, arrivals.map(\.source), arrivals.map(\.eventID)),
                    Command(IntakeStatements.knownVersions, opportunities),
                    Command(SignatureStatements.known, opportunities, envelopes),
                    Command(IntakeStatements.knownNames, opportunities),
                ] + (signed.isEmpty ? [] : [Command(SignatureStatements.unsignedDeals, signed)]))
            var book = IntakeBook(saga: saga, queue: queue, mostOpen: limits.openVersions)
            try book.read(events: known[1], versions: known[2])
            try book.read(signatures: known[3], unsigned: known.count > 5 ? known[5] : [])
            try book.read(names: known[4])
            for arrival in arrivals { book.decide(arrival) }
            let commands = try book.commands(limits: limits, opportunities: opportunities)
            let rows = try await transaction.commit(after: commands.map(\.command))
            var results = book.results
            // What goes elsewhere is admitted again, and publishes nothing before.
            guard let first = results.firstIndex(where: { $0.admission.elsewhere == nil }) else { return results }
            for (purpose, found) in zip(commands.map(\.purpose), rows) {
                switch purpose {
                case .statuses: results[first].tickets += try mirrorTickets(found)
                case .advance: results[first].tickets += try ticketsOut(found)
                case .write: break
                }
            }
            return results
        }
    }
}
