import FoundationEssentials
import PostgreSQL

/// What one person did to one thing.
public struct ActRecord: Sendable, Codable, Equatable {
    /// When.
    public let at: Date
    /// The PostgreSQL role that did it.
    public let actor: String
    /// What: send, hold, release, discard, adopt, pause, resume, approve, reject.
    public let act: String
    /// The incident it was done to, which is a round of its case.
    public let incident: RowID?
    /// The case of that incident.
    public let caseID: RowID?
    /// The handoff it was done to.
    public let handoff: RowID?
    /// The reason that was given.
    public let why: String?
    /// What came of it.
    public let outcome: String
}

/// The record of what people did, which only grows.
public struct ActLog: Sendable {
    /// Acts on these incidents, or on this handoff.
    struct Subject: Sendable {
        var incidents: [RowID]
        var handoff: RowID?
    }

    let database: Database

    /// Reads through `database`, whose role needs no more than to read.
    public init(database: Database) {
        self.database = database
    }

    private static let entries = Statement(
        "acts",
        """
        SELECT at, actor, act, incident_id, handoff_id, why, outcome,
            (SELECT i.case_id FROM incidents i WHERE i.id = incident_id) FROM acts
        WHERE ($1::bigint IS NULL OR at >= clock(now()) - $1 * interval '1 millisecond')
            AND ($2::text IS NULL OR actor = $2)
            AND ($3::uuid[] IS NULL OR incident_id = ANY($3) OR handoff_id = $4::uuid)
        ORDER BY id DESC LIMIT $5::bigint
        """)

    /// The newest acts: not older than `since`, by the role `actor`, where these are given.
    public func entries(since: Duration?, by actor: String?, limit: Int) async throws -> [ActRecord] {
        try await read(since: since, by: actor, about: nil, limit: limit)
    }

    /// Everything that was done to an incident, to its case's other rounds, and to its handoff; newest first.
    public func entries(about line: IncidentLine, since: Duration?, by actor: String?, limit: Int) async throws
        -> [ActRecord]
    {
        let ids = try await database.query(IncidentStatements.ofCase, line.caseID).map {
            try $0.value(0, as: RowID.self)
        }
        return try await read(
            since: since, by: actor, about: Subject(incidents: ids, handoff: line.handoff), limit: limit)
    }

    func entries(about subject: Subject) async throws -> [ActRecord] {
        try await read(since: nil, by: nil, about: subject, limit: nil)
    }

    private func read(since: Duration?, by actor: String?, about subject: Subject?, limit: Int?) async throws
        -> [ActRecord]
    {
        try await database.query(
            Self.entries, since?.inMilliseconds, actor, subject?.incidents, subject?.handoff, limit.map(Int64.init)
        ).map { row in
            ActRecord(
                at: try row.value(0), actor: try row.value(1), act: try row.value(2), incident: try row.value(3),
                caseID: try row.value(7), handoff: try row.value(4), why: try row.value(5), outcome: try row.value(6))
        }
    }
}
