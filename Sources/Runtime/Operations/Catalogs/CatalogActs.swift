import PostgreSQL

/// How a change of the reference data goes live: one person proposes it, another approves it.
///
/// The database says who each is, and refuses one who is both.
public struct CatalogActs: Sendable {
    private let database: Database

    /// Works through `database`, whose role is who acts.
    public init(database: Database) {
        self.database = database
    }

    /// The version in force; nil before the first.
    public func activeVersion() async throws -> String? {
        try await database.query(CatalogStatements.activeVersion).first?.value(0)
    }

    /// The text of `version`; nil for one that was never proposed.
    public func body(of version: String) async throws -> String? {
        try await database.query(CatalogStatements.body, version).first?.value(0)
    }

    /// The version in force with its text; nil before the first.
    public func active() async throws -> (version: String, body: String)? {
        guard let version = try await activeVersion(), let body = try await body(of: version) else { return nil }
        return (version, body)
    }

    /// All versions, the newest proposal first.
    public func all() async throws -> [CatalogLine] {
        try await database.query(CatalogStatements.all).map(CatalogLine.init)
    }

    /// The version that begins with `text`.
    public func find(_ text: String) async throws -> CatalogLine {
        let lines = try await database.query(CatalogStatements.withPrefix, text).map(CatalogLine.init)
        guard lines.count == 1, !text.isEmpty else {
            throw ActRefused("no single catalog has the version \(text); 'baton catalog show' lists them")
        }
        return lines[0]
    }

    /// What was changed, oldest first: in one version, one table, one row, or in all.
    public func history(
        version: String? = nil, table: String? = nil, row: String? = nil
    ) async throws -> [CatalogHistory] {
        try await database.query(CatalogStatements.changes, version, table, row).map(CatalogHistory.init)
    }

    /// Proposes `body` as `version`; it is not in force before somebody else approves it.
    public func propose(body: String, version: String, note: String, changes: [CatalogChange]) async throws -> String {
        try await database.transaction { transaction in
            let known = try await transaction.query(CatalogStatements.lock, version)
            if let row = try known.first(where: { try $0.decode("version") == version }) {
                let state = try row.decode("state", as: String.self)
                if state == "active" { throw ActRefused("catalog \(version) is in force: there is nothing to change") }
                if state == "proposed" {
                    throw ActRefused(
                        """
                        catalog \(version) was proposed by \(try row.decode("proposed_by", as: String.self)): somebody \
                        else approves it with 'baton catalog approve \(version)'
                        """)
                }
            }
            guard try await !transaction.query(CatalogStatements.propose, version, body, note).isEmpty else {
                throw ActRefused("catalog \(version) was proposed this moment: look again")
            }
            try await transaction.commit(after: [
                Command(
                    CatalogStatements.change, version, changes.map(\.table), changes.map(\.row),
                    changes.map(\.before), changes.map(\.after)),
                Command(CatalogStatements.record, "propose catalog", version, note),
            ])
        }
        return "catalog \(version) is proposed; somebody else approves it with 'baton catalog approve \(version)'"
    }

    /// Puts `version` into force in place of the one that was.
    public func approve(version: String, why: String?) async throws -> String {
        try await database.transaction { transaction in
            let situation = try await situation(of: version, transaction)
            guard situation.actor != situation.proposedBy else {
                throw ActRefused(
                    "catalog \(version) was proposed by \(situation.proposedBy), who may not approve it: ask somebody else"
                )
            }
            guard situation.base == situation.active else {
                throw ActRefused(
                    """
                    catalog \(version) was proposed upon \(situation.base ?? "none"), and \(situation.active ?? "none") \
                    came into force since: reject it, take that change into the files and publish again
                    """)
            }
            // The one in force first: there is never more than one.
            if let active = situation.active {
                try await transaction.pipeline([Command(CatalogStatements.move, active, "superseded")])
            }
            try await transaction.commit(after: [
                Command(CatalogStatements.move, version, "active"),
                Command(CatalogStatements.record, "approve catalog", version, why),
            ])
        }
        return "catalog \(version) is in force"
    }

    /// Ends the proposal of `version`.
    public func reject(version: String, why: String) async throws -> String {
        try await database.transaction { transaction in
            _ = try await situation(of: version, transaction)
            try await transaction.commit(after: [
                Command(CatalogStatements.move, version, "rejected"),
                Command(CatalogStatements.record, "reject catalog", version, why),
            ])
        }
        return "catalog \(version) is rejected"
    }

    private struct Situation {
        let base: String?
        let active: String?
        let proposedBy: String
        let actor: String
    }

    /// Locks a proposal and what is in force; refuses a version that is no proposal.
    private func situation(of version: String, _ transaction: Transaction) async throws -> Situation {
        let rows = try await transaction.query(CatalogStatements.lock, version)
        guard let row = try rows.first(where: { try $0.decode("version") == version }) else {
            throw ActRefused("catalog \(version) was never proposed; 'baton catalog show' lists what was")
        }
        let state = try row.decode("state", as: String.self)
        guard state == "proposed" else { throw ActRefused("catalog \(version) is \(state), not proposed") }
        let active = try rows.first { try $0.decode("state") == "active" }
        return Situation(
            base: try row.decode("base"), active: try active?.decode("version"),
            proposedBy: try row.decode("proposed_by"), actor: try row.decode("actor"))
    }
}
