import Fleet
import PostgreSQL
public import Sagas

/// What stands of a contract once an incident is given up: what other systems shall say of it from then on.
public typealias EndingStatus = @Sendable (Standing) -> Status?

/// How a contract stands beside the incident's own handoff, for the question what to tell once that is given up.
struct Ending: Sendable, Equatable {
    /// The highest version of the contract beside the one in question.
    struct Other: Sendable, Equatable {
        var isOpen: Bool
        var isHigher: Bool
        var state: String
        var receipts: [String: Receipt]
    }

    var opportunity: String
    var other: Other?
    /// What the handoff that is given up has left.
    var receipts: [String: Receipt] = [:]

    /// What stands afterwards; nil where another version says it itself, now or when it closed.
    ///
    /// A version that made nothing leaves the one before it as it was.
    var standing: Standing? {
        guard let other else { return standing(.discarded, receipts) }
        if other.isOpen || other.isHigher { return nil }
        guard receipts.isEmpty else { return standing(.discarded, receipts) }
        switch other.state {
        case "finished": return standing(.finished, other.receipts)
        case "compensated": return standing(.compensated, other.receipts)
        default: return standing(.discarded, other.receipts)
        }
    }

    private func standing(_ state: Standing.State, _ receipts: [String: Receipt]) -> Standing {
        Standing(state: state, opportunity: opportunity, receipts: receipts)
    }
}

/// The statements about what stands once something is given up.
enum EndingStatements {
    /// Of the incident's contract, the highest version beside its own handoff, with the steps of both that left something.
    static let read = Statement(
        "read_ending",
        """
        WITH about AS (
            SELECT i.handoff_id, coalesce(h.opportunity, n.opportunity, i.opportunity) AS opportunity,
                coalesce(h.contract, i.contract) AS contract, coalesce(h.version, i.version) AS version
            FROM incidents i LEFT JOIN handoffs h ON h.id = i.handoff_id
            LEFT JOIN opportunity_names n ON n.name = i.opportunity WHERE i.id = $1
        ), other AS (
            SELECT o.id, o.open, o.state, o.version > a.version AS is_higher
            FROM about a JOIN handoffs o ON o.opportunity = a.opportunity AND o.contract = a.contract
                AND o.id IS DISTINCT FROM a.handoff_id AND (o.kind <> 'cancel' OR o.state <> 'finished')
            ORDER BY o.version DESC LIMIT 1
        )
        SELECT a.opportunity, o.open, o.state, coalesce(o.is_higher, false) AS is_higher,
            s.handoff_id = o.id AS is_other, s.name, s.external_id
        FROM about a LEFT JOIN other o ON true
        LEFT JOIN steps s ON s.handoff_id IN (a.handoff_id, o.id) AND s.state IN ('done', 'kept')
            AND s.external_id IS NOT NULL
        WHERE a.opportunity IS NOT NULL AND a.contract IS NOT NULL AND a.version IS NOT NULL
        """)

    /// What another system shall say from now on, told behind the act and in its transaction. The sweeper publishes the
    /// ticket.
    static let want = Statement("tell_ending", "SELECT tell_ending($1, $2, $3, $4, $5)")

    static func command(wanting status: Status, after incident: RowID) -> Command {
        Command(want, incident, status.target, status.object, status.content, status.queue.name)
    }
}

extension Ending {
    /// Reads what ``EndingStatements/read`` found; nil for an incident that is about no deal.
    init?(_ rows: [Row]) throws {
        guard let first = rows.first else { return nil }
        opportunity = try first.decode("opportunity")
        var others: [String: Receipt] = [:]
        for row in rows {
            guard let name = try row.decode("name", as: String?.self),
                let id = try row.decode("external_id", as: String?.self)
            else { continue }
            let receipt = Receipt(externalID: id, origin: .created)
            if try row.decode("is_other", as: Bool?.self) ?? false {
                others[name] = receipt
            } else {
                receipts[name] = receipt
            }
        }
        if let isOpen = try first.decode("open", as: Bool?.self),
            let state = try first.decode("state", as: String?.self)
        {
            other = Other(
                isOpen: isOpen, isHigher: try first.decode("is_higher"), state: state, receipts: others)
        }
    }
}
