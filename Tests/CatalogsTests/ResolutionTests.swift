import Catalogs
import Deals
import Foundation
import Mappings
import Support
import Testing
import Workers

@Suite struct ResolutionTests {
    @Test("A7 the entity follows from party and region by a versioned rule; no match or two matches is finance's")
    func entity() throws {
        let today = try day("2026-11-21")
        let first = try day("2026-01-01")
        var tables = try shipped().tables
        let catalog = try Catalog(tables)
        let found = try catalog.entity(party: "Baton Japan K.K.", region: "ASIA-PACIFIC", on: today)
        #expect(found.value.code == "JP01")
        #expect(found.rules.map(\.table) == [.entityRules, .entities])
        #expect(found.rules.map(\.row) == ["Baton Japan K.K./ASIA-PACIFIC@2026-01-01", "JP01@2026-01-01"])
        #expect(found.rules.allSatisfy { $0.catalog == catalog.version })

        let none = try problem { try catalog.entity(party: "Baton Japan K.K.", region: "DACH", on: today) }
        #expect(none.incidentClass == .entityUnmapped)
        #expect(none.owner == .finance)
        #expect(none.text.contains("no rule of catalog \(catalog.version)"))
        _ = try problem { try catalog.entity(party: "Baton Japan K.K.", region: "JAPAN", on: day("2025-12-31")) }

        tables.entityRules.append(EntityRule(party: "Baton Japan K.K.", region: "*", entity: "US01", validFrom: first))
        let two = try problem {
            try Catalog(tables).entity(party: "Baton Japan K.K.", region: "JAPAN", on: today)
        }
        #expect(two.incidentClass == .entityUnmapped)
        #expect(two.owner == .finance)
        #expect(two.text.contains("Baton Japan K.K./*@2026-01-01, Baton Japan K.K./JAPAN@2026-01-01"))
        #expect(try Catalog(tables).entity(party: "Baton Japan K.K.", region: "DACH", on: today).value.code == "US01")
    }

    @Test("A9 a currency that is not enabled for the entity is a problem of finance")
    func currencies() throws {
        let catalog = try shipped()
        let entity = try catalog.entity("DE01", on: day("2026-11-21")).value
        try catalog.check(currency("CHF"), at: entity)
        let refused = try problem { try catalog.check(currency("JPY"), at: entity) }
        #expect(refused.incidentClass == .currencyNotEnabled)
        #expect(refused.owner == .finance)
    }

    @Test("A12 a service whose template is retired is refused, with the replacement if one is declared")
    func templates() throws {
        var tables = try shipped().tables
        let today = try day("2026-11-21")
        tables.services.append(service("OLD-WAY", template: "TPL-CLASSIC", from: today))
        let catalog = try Catalog(tables)
        let refused = try problem { try catalog.template(for: catalog.service("OLD-WAY", on: today).value, on: today) }
        #expect(refused.incidentClass == .templateRetired)
        #expect(refused.cure.contains("TPL-IMPL"))
        let retired = try problem { try catalog.service("IMPL-CLASSIC", on: today) }
        #expect(retired.incidentClass == .serviceUnknown)
        #expect(retired.cure.contains("IMPL-CORE"))
        let template = try #require(try catalog.template(for: catalog.service("IMPL-CORE", on: today).value, on: today))
        #expect(template.value.version == 3)
        #expect(try catalog.template(for: catalog.service("PLATFORM", on: today).value, on: today) == nil)
    }

    @Test("B11 a rate card follows from code, entity, currency and date; a gap or an overlap is a problem of finance")
    func rateCards() throws {
        let euro = try currency("EUR")
        func card(_ from: String, _ to: String?, _ rate: Int64) throws -> RateCard {
            RateCard(
                code: "STD", entity: "DE01", currency: euro, rates: [.init(role: "consultant", hourMinor: rate)],
                validFrom: try day(from), validTo: try to.map(day))
        }
        var tables = CatalogTables()
        tables.rateCards = [
            try card("2026-01-01", "2026-06-29", 100), try card("2026-07-01", "2026-12-31", 200),
            try card("2026-12-31", nil, 300),
        ]
        let catalog = try Catalog(tables)
        func rate(_ on: String) throws -> Money? {
            try catalog.rateCard(code: "STD", entity: "DE01", currency: euro, on: day(on)).value.hour(of: "consultant")
        }
        #expect(try rate("2026-06-29") == Money(minorUnits: 100, currency: euro))
        #expect(try rate("2026-07-01") == Money(minorUnits: 200, currency: euro))
        #expect(try rate("2027-01-01") == Money(minorUnits: 300, currency: euro))
        let gap = try problem { try rate("2026-06-30") }
        #expect(gap.incidentClass == .rateCardMissing && gap.owner == .finance)
        #expect(gap.text.contains("between 2026-06-29 and 2026-07-01"))
        let overlap = try problem { try rate("2026-12-31") }
        #expect(overlap.incidentClass == .rateCardMissing)
        #expect(overlap.text.contains("STD/DE01/EUR@2026-07-01, STD/DE01/EUR@2026-12-31"))
        #expect(try problem { try rate("2025-12-31") }.text.contains("begins on 2026-01-01"))
        let other = try problem {
            try catalog.rateCard(code: "STD", entity: "DE01", currency: currency("USD"), on: day("2026-07-01"))
        }
        #expect(other.text.contains("is not in catalog \(catalog.version)"))
    }

    @Test("K10 the registry names the owning system in all ten domains, and a field's own row goes before its domain's")
    func recordOwners() throws {
        let catalog = try shipped()
        let today = try day("2026-11-21")
        #expect(RecordOwner.Domain.allCases.count == 10)
        for domain in RecordOwner.Domain.allCases {
            _ = try catalog.recordOwner(domain: domain, field: "anything", on: today)
        }
        #expect(try catalog.recordOwner(domain: .accounts, field: "name", on: today).value == .crm)
        let tax = try catalog.recordOwner(domain: .accounts, field: "taxId", on: today)
        #expect(tax.value == .erp)
        #expect(tax.rules.map(\.row) == ["accounts/taxId@2026-01-01"])
        let none = try problem { try Catalog(CatalogTables()).recordOwner(domain: .time, field: "hours", on: today) }
        #expect(none.text.contains("time"))
    }

    @Test("the tax rule that names most of a sale counts, and one that needs a registration refuses without")
    func tax() throws {
        let catalog = try shipped()
        let today = try day("2026-11-21")
        func treatment(_ seller: String, _ country: String, _ region: String? = nil) throws -> String {
            try catalog.tax(seller: seller, country: country, region: region, category: "software", on: today)
                .value.treatment
        }
        #expect(try treatment("US01", "US") == "US-SALES-TAX")
        #expect(try treatment("US01", "US", "NY") == "US-NY-TAX")
        #expect(try treatment("US01", "US", "TX") == "US-SALES-TAX")
        #expect(try treatment("JP01", "KR") == "EXPORT")
        let unknown = try problem { try treatment("DE01", "BR") }
        #expect(unknown.incidentClass == .taxUnknown && unknown.owner == .finance)
        let french = Deal.Customer(name: "Exemple SARL", country: "FR")
        let missing = try problem {
            try catalog.tax(seller: "DE01", customer: french, category: "software", on: today)
        }
        #expect(missing.incidentClass == .taxProfileMissing)
        let registered = Deal.Customer(
            name: "Exemple SARL", country: "FR", taxRegistrations: [.init(country: "FR", number: "FR1")])
        #expect(
            try catalog.tax(seller: "DE01", customer: registered, category: "software", on: today).value.treatment
                == "EU-REVERSE")
    }

    @Test("a package's parts sum to its price to the last minor unit, whatever the shares are")
    func parts() throws {
        let today = try day("2026-11-21")
        let seed = UInt64.random(in: 1...UInt64.max)
        var dice = Seeded(seed: seed)
        for _ in 0..<500 {
            let first = Int.random(in: 0...10_000, using: &dice)
            let second = Int.random(in: 0...(10_000 - first), using: &dice)
            var tables = CatalogTables()
            tables.services = ["A", "B", "C"].map { service($0, from: today) }
            tables.services.append(service("INNER", of: [("B", second), ("C", 10_000 - second)], from: today))
            tables.services.append(service("OUTER", of: [("A", first), ("INNER", 10_000 - first)], from: today))
            let catalog = try Catalog(tables)
            let price = Money(minorUnits: Int64.random(in: 0...Int64.max, using: &dice), currency: try currency("JPY"))
            let parts = try catalog.parts(of: catalog.service("OUTER", on: today), price: price, on: today)
            #expect(parts.map(\.service.code) == ["A", "B", "C"], "seed \(seed)")
            #expect(parts.reduce(0) { $0 + $1.price.minorUnits } == price.minorUnits, "seed \(seed)")
            #expect(parts.allSatisfy { $0.price.minorUnits >= 0 }, "seed \(seed)")
            #expect(parts[2].rules.map(\.row) == ["OUTER", "INNER", "C"].map { "\($0)@2026-11-21" })
        }
    }

    @Test("a total above an approval's amount needs it, one at the amount does not")
    func approvals() throws {
        let catalog = try shipped()
        let today = try day("2026-11-21")
        func gates(_ minor: Int64) throws -> [String] {
            catalog.approvals(entity: "DE01", total: Money(minorUnits: minor, currency: try currency("EUR")), on: today)
                .map(\.value.gate)
        }
        #expect(try gates(50_000_000) == [])
        #expect(try gates(50_000_001) == ["provision"])
    }

    @Test("an entity's own step mode goes before the one for all; what no row names has none")
    func modes() throws {
        let today = try day("2026-11-21")
        var tables = CatalogTables()
        tables.stepModes = [
            StepMode(step: "create-project", mode: .auto, validFrom: today),
            StepMode(entity: "JP01", step: "create-project", mode: .manual, validFrom: today),
        ]
        let catalog = try Catalog(tables)
        #expect(catalog.mode(step: "create-project", entity: "DE01", on: today)?.value == .auto)
        #expect(catalog.mode(step: "create-project", entity: "JP01", on: today)?.value == .manual)
        #expect(catalog.mode(step: "create-tasks", entity: "JP01", on: today) == nil)
    }

    @Test("trigger stages per source come from the catalog's rows that hold on the day")
    func triggers() throws {
        let stages = try #require(try shipped().triggerStages(on: day("2026-11-21")))
        #expect(stages.start("Closed Won", from: "hubspot") && stages.start("Closed Won", from: "dynamics"))
        #expect(!stages.start("Open", from: "dynamics"))
        #expect(stages.start("contract-executed", from: "other"))
        #expect(try shipped().triggerStages(on: day("2025-12-31")) == nil)
    }

    @Test("A1 what each source sends of a sale that is won starts a handoff by the shipped stages")
    func sourcesStart() throws {
        let stages = try #require(try shipped().triggerStages(on: day("2026-11-21")))
        let decoder = DealEventDecoder(triggers: stages, mappings: SourceMappings.all())
        let folder = Folders.repository.appending(path: "Queues/deal-events/examples/sources")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path()).filter { $0.hasSuffix(".json") }
        for name in names where !name.hasPrefix("docusign") {
            let body = try Data(contentsOf: folder.appending(path: name))
            let event = try #require(try JSONSerialization.jsonObject(with: body) as? [String: Any])
            let key = "\(event["source"] ?? "").\(event["type"] ?? "")"
            guard case .handoff = try decoder.decode(body: [UInt8](body), routingKey: key) else {
                Issue.record("\(name) starts nothing")
                continue
            }
        }
        #expect(names.count > 5)
    }

    @Test(
        "B9 a numbering pattern is a text with one sequence, and a year where it says so",
        arguments: [
            ("DE-{year}-{seq:6}", "DE-2027-000042"), ("{seq:1}", "42"), ("JP{year}{seq:3}x", "JP2027042x"),
        ])
    func numbering(pattern: String, number: String) throws {
        #expect(try #require(NumberingPattern(pattern)).number(year: 2027, sequence: 42) == number)
    }

    @Test(
        "B9 what is no numbering pattern is refused",
        arguments: ["", "DE", "{seq:0}", "{seq:13}", "{seq:6}{seq:6}", "{day}{seq:6}", "{seq:6", "seq:6}{seq:6}"])
    func noNumbering(pattern: String) {
        #expect(NumberingPattern(pattern) == nil)
    }

    private func service(
        _ code: String, template: String? = nil, of components: [(String, Int)] = [], from: CalendarDate
    ) -> Service {
        Service(
            code: code, name: code, billingCode: "B", marginCode: "M", practice: "p", taxCategory: "t",
            template: template, components: components.map { .init(service: $0.0, shareBasisPoints: $0.1) },
            validFrom: from)
    }
}
