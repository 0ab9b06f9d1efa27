import Catalogs
import Deals
import Foundation

/// Every example of a deal that the repository ships, and a catalog that knows what they sell.
struct Corpus {
    struct Example {
        let name: String
        let source: String
        let type: String
        let body: [UInt8]
        let deal: Deal
    }

    let examples: [Example]
    let catalog: Catalog

    /// Reads all; a change order whose base is no example comes after a copy of itself that stands alone.
    init() throws {
        let folder = PlanningDesk.repository.appending(path: "Queues/deal-events/examples")
        var examples: [Example] = []
        for folder in [folder, folder.appending(path: "v2")] {
            for name in try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
            // What nobody has approved yet is no deal that is carried out.
            where name.hasSuffix(".json") && name != "not-yet-sold.json" {
                let data = try Data(contentsOf: folder.appending(path: name))
                guard let event = try JSONSerialization.jsonObject(with: data) as? [String: Any] else { continue }
                examples.append(try Self.example(name, event))
            }
        }
        for example in examples {
            guard let base = example.deal.baseVersion,
                !examples.contains(where: { $0.deal.contract == example.deal.contract && $0.deal.version == base })
            else { continue }
            guard var event = try JSONSerialization.jsonObject(with: Data(example.body)) as? [String: Any],
                var data = event["data"] as? [String: Any]
            else { continue }
            data["version"] = base
            data["baseVersion"] = nil
            event["data"] = data
            event["id"] = "base-of-\(example.name)"
            examples.append(try Self.example("base of \(example.name)", event))
        }
        self.examples = examples.sorted { ($0.deal.version, $0.name) < ($1.deal.version, $1.name) }
        catalog = try Self.catalog(for: examples.map(\.deal))
    }

    /// The event at a stage at which a handoff starts.
    private static func example(_ name: String, _ event: [String: Any]) throws -> Example {
        var event = event
        var data = event["data"] as? [String: Any] ?? [:]
        data["stage"] = "Closed Won"
        event["data"] = data
        let body = Array(try JSONSerialization.data(withJSONObject: event, options: [.sortedKeys]))
        return Example(
            name: name, source: event["source"] as? String ?? "", type: event["type"] as? String ?? "", body: body,
            deal: try DealDocument.deal(in: body))
    }

    private static func catalog(for deals: [Deal]) throws -> Catalog {
        guard let first = CalendarDate("1900-01-01") else { throw Unreadable(what: "a date") }
        var tables = CatalogTables()
        var sellers: [String: String] = [:]
        for deal in deals {
            guard let party = deal.contractParty, let region = deal.deliveryRegion else { continue }
            let place = "\(party)|\(region)"
            if let entity = deal.legalEntity ?? (sellers[place] == nil ? "DE01" : nil) { sellers[place] = entity }
            tables.entityRules.removeAll { $0.party == party && $0.region == region }
            tables.entityRules.append(
                EntityRule(party: party, region: region, entity: sellers[place] ?? "DE01", validFrom: first))
        }
        let currencies = Set(deals.map(\.currency)).sorted { $0.code < $1.code }
        let delivering = deals.flatMap(\.lines).compactMap { $0.delivery?.entity }
        for code in Set(deals.compactMap(\.legalEntity) + delivering + sellers.values).sorted() {
            tables.entities.append(
                LegalEntity(
                    code: code, name: code, country: "DE", currencies: currencies, numbering: "\(code)-{seq:6}",
                    costCentres: ["4100"], combinations: [["costCentre": "4100"]], validFrom: first))
            tables.dimensions.append(
                DimensionRule(
                    entity: code, practice: "delivery", dimensions: ["costCentre": "4100"], validFrom: first))
            tables.taxRules.append(
                TaxRule(seller: code, country: "*", category: "services", treatment: "AS-IT-IS", validFrom: first))
            for rateCard in Set(deals.flatMap(\.lines).compactMap(\.rateCard)) {
                for currency in currencies {
                    tables.rateCards.append(
                        RateCard(
                            code: rateCard, entity: code, currency: currency,
                            rates: [.init(role: "consultant", hourMinor: 100)], validFrom: first))
                }
            }
        }
        for (place, code) in Set(deals.flatMap(\.lines).map(\.service)).sorted().enumerated() {
            tables.services.append(
                Service(
                    code: code, name: "Service \(place)", billingCode: "B-\(place)", marginCode: "M-\(place)",
                    practice: "delivery", taxCategory: "services",
                    template: place.isMultiple(of: 2) ? "TPL" : nil, validFrom: first))
        }
        tables.templates = [
            ProjectTemplate(
                code: "TPL", version: 7, name: "Delivery",
                phases: [
                    .init(code: "A", name: "Build", tasks: [.init(code: "A1", name: "Work", billable: true)]),
                    .init(code: "B", name: "Launch", tasks: [.init(code: "B1", name: "Review", billable: false)]),
                ], validFrom: first)
        ]
        let days = Set(deals.compactMap(\.paymentTermsDays)).union(
            deals.compactMap { $0.billingTerms?.terms }.compactMap { Int($0.filter(\.isNumber)) })
        tables.billingTerms = days.sorted().map {
            BillingTerm(code: "NET\($0)", name: "\($0) days", days: $0, validFrom: first)
        }
        tables.matchRules = [MatchRules(nameSimilarity: 100, validFrom: first)]
        return try Catalog(tables)
    }
}

extension Deal.Line {
    fileprivate var rateCard: String? {
        guard case .timeAndMaterials(let code) = billing else { return nil }
        return code
    }
}
