import Catalogs
import Deals
import Foundation
import Testing
import Workers

@Suite struct ShippedTests {
    @Test("the shipped company has no fault, four entities on three continents, 20 services and all billing models")
    func complete() throws {
        let catalog = try shipped()
        let today = try day("2026-11-21")
        let sold = catalog.tables.services.filter { $0.status == .active && $0.holds(on: today) }
        #expect(sold.count >= 20)
        #expect(Set(sold.flatMap(\.billingModels)) == Set(Deal.Billing.Model.allCases))
        #expect(sold.contains { $0.components.map(\.service) == ["MIGRATION", "MANAGED-OPS"] })
        #expect(Set(catalog.tables.entities.map(\.country)) == ["DE", "US", "JP", "AE"])
        #expect(Set(["NET14", "NET30", "NET45", "NET60"]).isSubset(of: catalog.tables.billingTerms.map(\.code)))
        for entity in catalog.tables.entities {
            _ = try catalog.route(entity: entity.code, on: today)
            for service in sold { _ = try catalog.dimensions(entity: entity, service: service, on: today) }
        }
        for service in sold { _ = try catalog.template(for: service, on: today) }
    }

    @Test("the demo's good deals find entity, services, tax, terms and dimensions in the shipped catalog")
    func demo() throws {
        let catalog = try shipped()
        let folder = Folders.repository.appending(path: "Deploy/local/deals")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path()).filter { $0.hasSuffix(".json") }
        #expect(names.count >= 20)
        for name in names {
            let body = Array(try Data(contentsOf: folder.appending(path: name)))
            let intake = try DealEventDecoder().decode(body: body, routingKey: "salesforce.deal.updated.v1")
            guard case .handoff(let event) = intake else { throw Answered() }
            let deal = event.deal
            let start = deal.contractPeriod.start
            let entity = try catalog.entity(#require(deal.legalEntity), on: start).value
            try catalog.check(deal.currency, at: entity)
            _ = try catalog.terms(days: #require(deal.paymentTermsDays), on: start)
            for line in deal.lines {
                let service = try catalog.service(line.service, on: start).value
                #expect(service.billingModels.contains(line.billing.model))
                _ = try catalog.tax(
                    seller: entity.code, customer: deal.customer, category: service.taxCategory, on: start)
                _ = try catalog.dimensions(entity: entity, service: service, on: start)
            }
        }
    }

    @Test("every shipped file is what its schema says", arguments: CatalogTable.allCases)
    func schemas(table: CatalogTable) throws {
        #expect(try schemaErrors(of: URL(filePath: "\(Folders.shipped)/\(table.file)"), as: table) == [])
    }

    @Test(
        "the schemas refuse what is wrong in one file: a type, a missing key, a key too many, an unknown class",
        arguments: [
            ("wrong-type", CatalogTable.services), ("wrong-type", .templates), ("wrong-type", .entities),
            ("wrong-type", .matchRules), ("wrong-type", .routes), ("missing", .billingTerms),
            ("unknown-key", .services), ("unknown-key", .approvals), ("unknown-class", .incidentContacts),
            ("several-in-one-file", .services),
        ])
    func schemasRefuse(kind: String, table: CatalogTable) throws {
        let good = Folders.planted.appending(path: "good/\(table.file)")
        let bad = Folders.planted.appending(path: "\(kind)/\(table.file)")
        #expect(try schemaErrors(of: good, as: table) == [])
        #expect(try schemaErrors(of: bad, as: table) != [])
    }

    @Test("the schemas' closed lists are the code's: incident classes, domains, billing models")
    func closedLists() throws {
        #expect(try names(in: "incident-contacts", "class") == IncidentClass.allCases.map(\.rawValue))
        #expect(try names(in: "record-owners", "domain") == RecordOwner.Domain.allCases.map(\.rawValue))
        #expect(try names(in: "record-owners", "system") == RecordOwner.System.allCases.map(\.rawValue))
        #expect(try names(in: "step-modes", "mode") == StepMode.Mode.allCases.map(\.rawValue))
    }

    private func names(in table: String, _ key: String) throws -> [String] {
        let file = Folders.repository.appending(path: "Catalog/schemas/\(table).schema.json")
        let schema = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
        let properties = (schema["items"] as? [String: Any])?["properties"] as? [String: Any]
        return try #require((properties?[key] as? [String: Any])?["enum"] as? [String])
    }
}
