import Fleet
import FoundationEssentials
import PostgreSQL

/// Answers what waits for a person, and everything a person needs to decide. Reads only.
public struct IncidentInquiries: Sendable {
    let database: Database

    /// Reads through `database`, whose role needs no more than to read.
    public init(database: Database) {
        self.database = database
    }

    /// The incidents that match, oldest first.
    public func list(_ filter: IncidentFilter) async throws -> [IncidentLine] {
        try await rows(IncidentStatements.list, filter).map(IncidentLine.init)
    }

    /// How many match and what their deals are worth, whatever the filter's limit.
    public func totals(_ filter: IncidentFilter) async throws -> IncidentTotals {
        var filter = filter
        filter.limit = nil
        let rows = try await rows(IncidentStatements.totals, filter)
        return IncidentTotals(
            count: Int(try rows.first?.value(2, as: Int64.self) ?? 0),
            amounts: try Self.amounts(rows, heldUp: true), otherAmounts: try Self.amounts(rows, heldUp: false))
    }

    private static func amounts(_ rows: [Row], heldUp: Bool) throws -> [IncidentTotals.Amount] {
        try rows.compactMap { row in
            guard try row.value(3, as: Bool.self) == heldUp, let currency = try row.value(0, as: String?.self),
                let total = try row.value(1, as: Int64?.self)
            else { return nil }
            return .init(currency: currency, totalMinor: total)
        }
    }

    /// The incidents of these ids, oldest first.
    public func lines(_ ids: [RowID]) async throws -> [IncidentLine] {
        try await rows(IncidentStatements.list, nil, ids).map(IncidentLine.init)
    }

    /// What was refused before any handoff stood for it, under an opportunity, a contract, an event's id or a
    /// correlation id; and the case that `key` is the id of, or of a round of.
    func refused(under key: String) async throws -> [IncidentLine] {
        try await lines(database.query(IncidentStatements.refusedUnder, key).map { try $0.value(0, as: RowID.self) })
    }

    /// Finds the case that each text names by its own id or that of any of its rounds, in full or by the beginning, and
    /// answers the round that waits for somebody, or else the last.
    ///
    /// Throws ``NoSuchIncident`` when one is unknown, ``AmbiguousIncident`` when one could be several.
    public func find(_ texts: [String]) async throws -> [IncidentLine] {
        var cases: [RowID] = []
        var unknown: [String] = []
        for text in texts {
            guard let range = RowID.range(withPrefix: text) else {
                unknown.append(text)
                continue
            }
            let found = try await database.query(
                IncidentStatements.casesWithPrefix, range.lowerBound, range.upperBound
            ).map { try $0.value(0, as: RowID.self) }
            switch found.count {
            case 0: unknown.append(text)
            case 1: cases.append(found[0])
            default: throw AmbiguousIncident(text: text, candidates: found)
            }
        }
        guard unknown.isEmpty else { throw NoSuchIncident(texts: unknown) }
        let rounds = try await database.query(IncidentStatements.currentRounds, cases)
        return try await lines(rounds.map { try $0.value(1, as: RowID.self) })
    }

    private func rows(
        _ statement: Statement, _ filter: IncidentFilter?, _ ids: [RowID]? = nil
    ) async throws(PostgreSQLError) -> [Row] {
        try await database.query(
            statement, ids, filter?.state.rawValue ?? "any", filter?.queue, filter?.incidentClass, filter?.owner,
            filter?.deal, filter?.customer.map(folded), filter?.olderThan?.inMilliseconds,
            filter?.newerThan?.inMilliseconds,
            filter?.currency, filter?.leastAmount, filter?.mostAmount, filter?.leavesOutHeld ?? false,
            filter?.limit.map(Int64.init), filter?.step)
    }
}

/// A text that is the beginning of no case's id.
public struct NoSuchIncident: Error, Sendable, CustomStringConvertible {
    /// The texts.
    public let texts: [String]
    /// Which they are, and where ids are found.
    public var description: String {
        "no case has the id \(texts.joined(separator: ", ")); 'requeue list' shows what is open, 'baton show' finds a deal"
    }
}

/// A text that is the beginning of several cases' ids.
public struct AmbiguousIncident: Error, Sendable, CustomStringConvertible {
    /// The text.
    public let text: String
    /// The cases it may mean.
    public let candidates: [RowID]
    /// What it may mean.
    public var description: String {
        "\(text) may be any of \(candidates.map(\.description).joined(separator: ", ")): write more of it"
    }
}

extension IncidentLine {
    init(_ row: Row) throws {
        let round = Int(try row.decode("round", as: Int64.self))
        let facts = IncidentFacts(
            state: try row.decode("state"), resolution: try row.decode("resolution"),
            isHeld: try row.decode("held_by", as: String?.self) != nil,
            newestRound: try row.decode("newest_round", as: Int64?.self).map(Int.init),
            hasPassed: try row.decode("passed", as: Bool?.self) ?? false,
            wasTried: try row.decode("tried", as: Bool?.self) ?? false,
            handoffState: try row.decode("handoff_state"))
        self.init(
            incident: try row.decode("id"), caseID: try row.decode("case_id"), round: round,
            revision: Int(try row.decode("revision", as: Int32.self)), status: incidentStatus(of: facts).description,
            incidentClass: try row.decode("class"), owner: try row.decode("owner"), story: try row.decode("story"),
            isBlocking: try row.decode("blocking"), queue: try row.decode("queue"), step: try row.decode("step"),
            handoff: try row.decode("handoff_id"), opportunity: try row.decode("opportunity"),
            contract: try row.decode("contract"), version: try row.decode("version", as: Int32?.self).map(Int.init),
            customer: try row.decode("customer"), totalMinor: try row.decode("total_minor"),
            currency: try row.decode("currency"), correlationID: try row.decode("correlation_id"),
            eventSource: try row.decode("event_source"), eventID: try row.decode("event_id"),
            findings: try IncidentLine.findings(try row.decode("findings")), holdsUp: try row.decode("holds_up"),
            repeats: Int(try row.decode("repeats", as: Int32.self)), lastSeenAt: try row.decode("last_seen"),
            since: try row.decode("since"), openedAt: try row.decode("opened_at"), heldBy: try row.decode("held_by"),
            heldBecause: try row.decode("held_why"), heldAt: try row.decode("held_at"),
            closedBy: try row.decode("closed_by"), closedAt: try row.decode("closed_at"),
            resolution: try row.decode("resolution"), why: try row.decode("why"))
    }

    private static func findings(_ json: String?) throws -> [Finding] {
        try json.map { try JSONDecoder().decode([Finding].self, from: Data($0.utf8)) } ?? []
    }
}
