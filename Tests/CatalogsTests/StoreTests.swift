import Catalogs
import Deals
import Operations
import PostgreSQL
import Support
import Testing
import WorkerPrograms

@Suite struct StoreTests {
    private static let denied = "42501"
    private static let unmet = "23514"

    @Test("K6 a proposer cannot approve his own version, neither by the command nor in SQL; another can")
    func fourEyes() async throws {
        let catalog = try shipped()
        let approval = "UPDATE catalogs SET state = 'active' WHERE version = '\(catalog.version)'"
        try await CatalogDesk.with { desk in
            // Whoever may do both may not do both to one version.
            try await desk.propose(catalog, as: CatalogDesk.owner)
            await #expect(throws: ActRefused.self) { try await desk.approve(catalog, as: CatalogDesk.owner) }
            #expect(try await desk.refusal(of: CatalogDesk.owner, approval) == Self.unmet)
            try await desk.with(CatalogDesk.approver) {
                _ = try await CatalogActs(database: $0).reject(
                    version: catalog.version, why: "to be proposed by another")
            }

            try await desk.propose(catalog)
            #expect(try await desk.value("SELECT count(*) FROM catalogs WHERE state = 'active'") == "0")
            await #expect(throws: ActRefused.self) { try await desk.approve(catalog, as: CatalogDesk.editor) }
            #expect(try await desk.refusal(of: CatalogDesk.editor, approval) == Self.denied)
            let forged = "UPDATE catalogs SET proposed_by = 'another' WHERE version = '\(catalog.version)'"
            #expect(try await desk.refusal(of: CatalogDesk.editor, forged) == Self.denied)
            try await desk.approve(catalog)
            #expect(
                try await desk.value(
                    "SELECT concat_ws(' ', version, state, proposed_by, approved_by, approved_at >= proposed_at) FROM catalogs"
                ) == "\(catalog.version) active baton_catalog_editor baton_catalog_approver t")
        }
    }

    @Test("K6 one role proposes and another approves: neither has the other's right, and PUBLIC has none at all")
    func leastPrivilege() async throws {
        let catalog = try shipped()
        try await CatalogDesk.with { desk in
            let approver = CatalogDesk.approver
            await #expect(throws: PostgreSQLError.self) { try await desk.propose(catalog, as: approver) }
            // Somebody else proposed it, and still a proposer may not approve it.
            try await desk.propose(catalog, as: CatalogDesk.owner)
            await #expect(throws: PostgreSQLError.self) { try await desk.approve(catalog, as: CatalogDesk.editor) }
            try await desk.with(approver) {
                _ = try await CatalogActs(database: $0).reject(version: catalog.version, why: "not yet")
            }
            #expect(try await desk.refusal(of: approver, "UPDATE catalogs SET state = 'proposed'") == Self.denied)
            #expect(try await desk.grants(of: "baton_catalog_approval") == Self.approval)
            #expect(try await desk.grants(of: "baton_catalog") == Self.proposal)
            #expect(try await desk.grants(of: "PUBLIC") == [])
        }
    }

    private static let approval: Set = [
        "acting_person: EXECUTE", "catalog_changes: SELECT", "catalogs: SELECT", "catalogs.state: UPDATE",
        "clock: EXECUTE", "record_catalog_act: EXECUTE", "schema: USAGE", "schema_migrations: SELECT",
    ]
    private static let proposal: Set = [
        "acting_person: EXECUTE", "catalog_changes: SELECT", "catalog_changes.after: INSERT",
        "catalog_changes.before: INSERT", "catalog_changes.row_key: INSERT",
        "catalog_changes.table_name: INSERT", "catalog_changes.version: INSERT", "catalogs: SELECT",
        "catalogs.body: INSERT", "catalogs.note: INSERT", "catalogs.note: UPDATE", "catalogs.state: UPDATE",
        "catalogs.version: INSERT", "clock: EXECUTE", "record_catalog_act: EXECUTE", "schema: USAGE",
        "schema_migrations: SELECT",
    ]

    @Test("K6 who only judges deals by the catalog, as the gateway does, reads it and nothing else")
    func reader() async throws {
        let catalog = try shipped()
        try await CatalogDesk.with { desk in
            try await desk.propose(catalog)
            try await desk.approve(catalog)
            #expect(try await desk.grants(of: "baton_catalog_reader") == ["catalogs: SELECT", "schema: USAGE"])
            var settings = try TestSchema.settings(schema: desk.schema.name)
            settings.sessionSettings["role"] = "baton_catalog_reader"
            let database = Database(settings, size: 1)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await database.run() }
                defer { group.cancelAll() }
                let read = try await StoredCatalogs(database: database, refresh: .zero).current()
                #expect(read == catalog)
                for table in ["deals", "handoffs", "journal", "catalog_changes"] {
                    let denied = await #expect(throws: PostgreSQLError.self) {
                        try await database.query(Statement(unprepared: "SELECT FROM \(table)"))
                    }
                    #expect(denied?.sqlState == Self.denied, "\(table)")
                }
            }
        }
    }

    @Test("K6 the note of a proposal stays what its proposer wrote until he proposes it again")
    func note() async throws {
        let catalog = try shipped()
        let note = "SELECT note || ' ' || state FROM catalogs"
        let forgery = "UPDATE catalogs SET note = 'forged'"
        try await CatalogDesk.with { desk in
            try await desk.propose(catalog, as: CatalogDesk.owner)
            #expect(try await desk.refusal(of: CatalogDesk.editor, forgery) == nil)
            #expect(try await desk.value(note) == "for a test proposed")
            try await desk.approve(catalog)
            #expect(try await desk.refusal(of: CatalogDesk.editor, forgery) == nil)
            #expect(try await desk.value(note) == "for a test active")
            let other = try Catalog(withoutLastTerm(catalog.tables))
            try await desk.propose(other, after: catalog)
            try await desk.approve(other)
            try await desk.with(CatalogDesk.editor) { database in
                _ = try await CatalogActs(database: database).propose(
                    body: catalog.body, version: catalog.version, note: "back again", changes: [])
            }
            #expect(try await desk.value("\(note) WHERE version = '\(catalog.version)'") == "back again proposed")
        }
    }

    @Test("K6 the version in force gives way to another only: nobody takes it away, or replaces what he did not see")
    func neverNone() async throws {
        let first = try shipped()
        let second = try Catalog(withoutLastTerm(first.tables))
        try await CatalogDesk.with { desk in
            try await desk.propose(second)
            try await desk.propose(first)
            try await desk.approve(first)
            let away = "UPDATE catalogs SET state = 'superseded' WHERE state = 'active'"
            for role in [CatalogDesk.approver, CatalogDesk.owner] {
                #expect(try await desk.refusal(of: role, away) == Self.unmet)
            }
            // The second was proposed when nothing was in force.
            let unseen = "\(away); UPDATE catalogs SET state = 'active' WHERE version = '\(second.version)'"
            #expect(try await desk.refusal(of: CatalogDesk.approver, "DO $$ BEGIN \(unseen); END $$") == Self.unmet)
            #expect(try await desk.value("SELECT version FROM catalogs WHERE state = 'active'") == first.version)
        }
    }

    @Test(
        "K6 a worker, a reader and support can neither propose nor approve",
        arguments: ["baton_deal_events", "baton_status_feedback", TestServers.person])
    func others(role: String) async throws {
        let catalog = try shipped()
        try await CatalogDesk.with { desk in
            try await desk.propose(catalog)
            for sql in [
                "INSERT INTO catalogs (version, body, note) VALUES ('44136fa355b3', '{}', 'x')",
                "UPDATE catalogs SET state = 'active'", "DELETE FROM catalogs",
                "INSERT INTO catalog_changes (version, table_name, row_key, after) SELECT version, 'a', 'b', 'c' FROM catalogs",
            ] {
                #expect(try await desk.refusal(of: role, sql) == Self.denied, "\(sql)")
            }
            #expect(try await desk.refusal(of: role, "SELECT version, body FROM catalogs") == nil)
        }
    }

    @Test(
        "B13 editing a row writes an audit entry: who, when, the row before and after; none can be changed or removed")
    func audit() async throws {
        let before = try shipped()
        var tables = before.tables
        let index = try #require(tables.billingTerms.firstIndex { $0.code == "NET30" })
        let old = tables.billingTerms[index]
        tables.billingTerms[index] = BillingTerm(
            code: old.code, name: "Thirty days", days: 30, validFrom: old.validFrom)
        let after = try Catalog(tables)
        try await CatalogDesk.with { desk in
            try await desk.propose(before)
            try await desk.approve(before)
            try await desk.propose(after, after: before, as: CatalogDesk.owner)
            let entries = try await desk.with(CatalogDesk.editor) {
                try await CatalogActs(database: $0).history(table: "billing-terms", row: "NET30@2026-01-01")
            }
            #expect(entries.map(\.version) == [before.version, after.version])
            #expect(entries.map(\.actor) == [CatalogDesk.editor, CatalogDesk.owner])
            try #require(entries.count == 2)
            #expect(entries[0].change.before == nil)
            #expect(entries[1].change.before?.contains(#""name":"30 days""#) == true)
            #expect(entries[1].change.after?.contains(#""name":"Thirty days""#) == true)
            #expect(entries[1].at >= entries[0].at)
            #expect(
                try await desk.value("SELECT count(*) FROM catalog_changes WHERE version = '\(after.version)'") == "1")
            for role in [CatalogDesk.editor, "postgres"] {
                for sql in ["UPDATE catalog_changes SET actor = 'nobody'", "DELETE FROM catalog_changes"] {
                    #expect(try await desk.refusal(of: role, sql) == Self.denied)
                }
            }
            let acts = "SELECT string_agg(actor || ': ' || act, ', ' ORDER BY id) FROM acts"
            #expect(
                try await desk.value(acts) == """
                    baton_catalog_editor: propose catalog, baton_catalog_approver: approve catalog, \
                    postgres: propose catalog
                    """)
        }
    }

    @Test("B13 a version whose audit entries are not exactly what it changes is never approved, whoever wrote them")
    func untold() async throws {
        let before = try shipped()
        let after = try Catalog(withoutLastTerm(before.tables))
        let entry = """
            INSERT INTO catalog_changes (version, table_name, row_key, after)
            VALUES ('\(after.version)', 'billing-terms', 'NET1@2026-01-01', '{}')
            """
        try await CatalogDesk.with { desk in
            try await desk.propose(before)
            // Only the proposer adds an entry, and only to what is still a proposal.
            #expect(try await desk.refusal(of: CatalogDesk.approver, entry) == Self.denied)
            let added = entry.replacing(after.version, with: before.version)
            #expect(try await desk.refusal(of: CatalogDesk.owner, added) == Self.denied)
            try await desk.approve(before)
            #expect(try await desk.refusal(of: CatalogDesk.editor, added) == Self.denied)

            try await desk.with(CatalogDesk.editor) { database in
                _ = try await CatalogActs(database: database).propose(
                    body: after.body, version: after.version, note: "says nothing", changes: [])
            }
            let silent = await #expect(throws: PostgreSQLError.self) { try await desk.approve(after) }
            #expect(silent?.sqlState == Self.unmet)
            let rows = try CatalogDifference(from: before.tables, to: after.tables).rows
            try #require(rows.count == 1 && rows[0].after == nil)
            let told = entry.replacing("row_key, after", with: "row_key, before")
                .replacing("'{}'", with: "'\(rows[0].before ?? "")'")
            #expect(try await desk.refusal(of: CatalogDesk.editor, told) == nil)
            #expect(try await desk.refusal(of: CatalogDesk.editor, entry) == nil)
            let tooMuch = await #expect(throws: PostgreSQLError.self) { try await desk.approve(after) }
            #expect(tooMuch?.sqlState == Self.unmet)

            try await desk.with(CatalogDesk.editor) {
                _ = try await CatalogActs(database: $0).reject(version: after.version, why: "its history is wrong")
            }
            try await desk.propose(after, after: before)
            try await desk.approve(after)
        }
    }

    @Test("B4 a version is the hash of its data, never changes, and one at most is in force")
    func versions() async throws {
        let first = try shipped()
        let second = try Catalog(withoutLastTerm(first.tables))
        try await CatalogDesk.with { desk in
            let lie = "INSERT INTO catalogs (version, body, note) VALUES ('000000000000', '{}', 'x')"
            #expect(try await desk.refusal(of: CatalogDesk.editor, lie) == Self.unmet)
            try await desk.propose(first)
            #expect(try await desk.refusal(of: CatalogDesk.editor, "UPDATE catalogs SET body = '{}'") == Self.denied)
            try await desk.approve(first)
            try await desk.propose(second, after: first)
            try await desk.approve(second)
            let states = "SELECT string_agg(state, ' ' ORDER BY approved_at) FROM catalogs"
            #expect(try await desk.value(states) == "superseded active")
            // Back to the first: the same data is the same version, proposed and approved anew.
            try await desk.propose(first, after: second)
            try await desk.approve(first)
            let stored = try await desk.with("baton_deal_events") { try await CatalogActs(database: $0).active() }
            #expect(stored?.version == first.version)
            #expect(try Catalog(body: #require(stored?.body)) == first)
        }
    }

    @Test("a proposal upon a version that is no longer in force is refused, and can be rejected")
    func stale() async throws {
        let first = try shipped()
        let second = try Catalog(withoutLastTerm(first.tables))
        try await CatalogDesk.with { desk in
            try await desk.propose(first)
            try await desk.propose(second)
            try await desk.approve(first)
            await #expect(throws: ActRefused.self) { try await desk.approve(second) }
            try await desk.with(CatalogDesk.approver) {
                _ = try await CatalogActs(database: $0).reject(version: second.version, why: "stale")
            }
            await #expect(throws: ActRefused.self) { try await desk.approve(second) }
            try await desk.propose(second, after: first)
            try await desk.approve(second)
        }
    }

    private func withoutLastTerm(_ tables: CatalogTables) -> CatalogTables {
        var tables = tables
        tables.billingTerms.removeLast()
        return tables
    }
}
