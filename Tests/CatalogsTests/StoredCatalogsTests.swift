import Catalogs
import Deals
import Operations
import Synchronization
import Testing

@testable import WorkerPrograms

@Suite struct StoredCatalogsTests {
    @Test("B5 a worker sees a newly approved service, template, entity and term without a restart, by data alone")
    func withoutRestart() async throws {
        let first = try shipped()
        let today = try day("2026-11-21")
        let second = try Catalog(withNewOffering(first.tables, from: today))
        try await CatalogDesk.with { desk in
            try await desk.with("baton_deal_events") { database in
                let source = StoredCatalogs(database: database, refresh: .zero)
                #expect(try await source.current() == nil)
                try await desk.propose(first)
                #expect(try await source.current() == nil)
                try await desk.approve(first)
                #expect(try await source.current() == first)
                try await desk.propose(second, after: first)
                #expect(try await source.current() == first)
                try await desk.approve(second)
                let now = try #require(try await source.current())
                #expect(now == second)
                let sold = try now.service("DRONE-SURVEY", on: today)
                #expect(try now.template(for: sold.value, on: today)?.value.code == "TPL-DRONE")
                #expect(try now.entity(party: "Baton Nordic AB", region: "NORDICS", on: today).value.code == "SE01")
                #expect(try now.terms("NET20", on: today).value.days == 20)
                #expect(sold.rules[0].catalog == second.version)
            }
        }
    }

    @Test("the database is asked once within the refresh time, and again when it is over")
    func refresh() async throws {
        let first = try shipped()
        let today = try day("2026-11-21")
        let second = try Catalog(withNewOffering(first.tables, from: today))
        let elapsed = Mutex(Duration.zero)
        let start = ContinuousClock.now
        try await CatalogDesk.with { desk in
            try await desk.with("baton_deal_events") { database in
                let source = StoredCatalogs(
                    database: database, refresh: .seconds(5), now: { start + elapsed.withLock { $0 } })
                try await desk.propose(first)
                try await desk.approve(first)
                #expect(try await source.current() == first)
                try await desk.propose(second, after: first)
                try await desk.approve(second)
                elapsed.withLock { $0 = .milliseconds(4999) }
                #expect(try await source.current() == first)
                elapsed.withLock { $0 = .seconds(5) }
                #expect(try await source.current() == second)
            }
        }
    }

    @Test("a catalog that is read as another than was approved is refused each time")
    func otherSoftware() async throws {
        let catalog = try shipped()
        // What a later version of the software knows of a row, and this one would drop.
        let added = #""code":"NET30","colour":"red","#
        func later(_ text: String) -> String { text.replacing(#""code":"NET30","#, with: added) }
        let body = later(catalog.body)
        try #require(body != catalog.body)
        let version = String(Array(body.utf8).sha256.prefix(12))
        let changes = try CatalogDifference(from: nil, to: catalog.tables).rows.map {
            CatalogChange(table: $0.table.rawValue, row: $0.row, before: nil, after: $0.after.map(later))
        }
        try await CatalogDesk.with { desk in
            try await desk.with("baton_deal_events") { database in
                let source = StoredCatalogs(database: database, refresh: .zero)
                try await desk.with(CatalogDesk.editor) {
                    _ = try await CatalogActs(database: $0).propose(
                        body: body, version: version, note: "of later software", changes: changes)
                }
                try await desk.with(CatalogDesk.approver) {
                    _ = try await CatalogActs(database: $0).approve(version: version, why: nil)
                }
                for _ in 1...2 {
                    await #expect(throws: Catalog.Unreadable.self) { try await source.current() }
                }
            }
        }
    }

    private func withNewOffering(_ tables: CatalogTables, from first: CalendarDate) -> CatalogTables {
        var tables = tables
        tables.services.append(
            Service(
                code: "DRONE-SURVEY", name: "Survey by drone", billingCode: "B-5000", marginCode: "M-DRON",
                practice: "logistics", taxCategory: "rental", template: "TPL-DRONE", validFrom: first))
        tables.templates.append(
            ProjectTemplate(
                code: "TPL-DRONE", version: 1, name: "Survey",
                phases: [
                    .init(code: "FLY", name: "Flights", tasks: [.init(code: "FLIGHT", name: "Flight", billable: true)])
                ], validFrom: first))
        tables.entities.append(
            LegalEntity(
                code: "SE01", name: "Baton Nordic AB", country: "SE", currencies: Currency("SEK").map { [$0] } ?? [],
                numbering: "SE-{seq:6}", costCentres: ["8110"], combinations: [["costCentre": "8110"]],
                validFrom: first))
        tables.entityRules.append(
            EntityRule(party: "Baton Nordic AB", region: "NORDICS", entity: "SE01", validFrom: first))
        tables.billingTerms.append(BillingTerm(code: "NET20", name: "20 days", days: 20, validFrom: first))
        return tables
    }
}
