import Testing
import Workers

@testable import Deals

@Suite("The grouped contract is read beside the flat one")
struct GroupedDealTests {
    private static let routingKey = "salesforce.deal.updated.v2"

    @Test(
        "A3 a client written from the grouped schema alone is understood", .timeLimit(.minutes(1)),
        arguments: Examples.groupedDealNames)
    func understandsExample(name: String) throws {
        let body = try Examples.body(name, in: Examples.groupedDeals)
        #expect(try Judge(schema: Examples.groupedDealSchema).verdict(on: body) == "valid")
        let event = try Examples.event(name, in: Examples.groupedDeals)
        #expect(try Deal(canonicalBytes: event.deal.canonicalBytes) == event.deal)
    }

    @Test("every field of the grouped contract is read")
    func fields() throws {
        let deal = try Examples.event("everything-eur.json", in: Examples.groupedDeals).deal
        let data = try Examples.json("everything-eur.json", in: Examples.groupedDeals)["data"]
        // The example holds every member there is, and nothing is lost of it.
        #expect(deal.canonicalBytes == data.canonicalBytes)
        #expect(deal.lines.map(\.billing.model) == [.milestone, .timeAndMaterials, .managedService])
        #expect(deal.lines.map { $0.delivery?.model } == [.own, .subcontractor, .partner])
        #expect(deal.customer.contacts.map(\.role) == [.billing, .sponsor, .delivery])
        #expect(deal.billingTerms?.invoiceDelivery == .portal && deal.pricing?.discountMinor == 1_250_000)
        #expect(deal.resourceDemand.map(\.hours) == [320, nil])
        let models = try Examples.event("billing-models-usd.json", in: Examples.groupedDeals).deal
        #expect(models.lines.map(\.billing.model) == Deal.Billing.Model.allCases)
    }

    @Test("B6 v1 and v2 are taken side by side, an unknown major version is not", .timeLimit(.minutes(1)))
    func versions() throws {
        let flat = try Examples.event("fixed-fee-eur.json").deal
        let grouped = try Examples.event("minimal-eur.json", in: Examples.groupedDeals).deal
        for deal in [flat, grouped] { #expect(try Deal(canonicalBytes: deal.canonicalBytes) == deal) }
        #expect(flat.legalEntity != nil && flat.contractParty == nil)
        #expect(grouped.legalEntity == nil && grouped.contractParty != nil)
        for version in ["0", "3", "10", "20"] {
            let type = "deal.updated.v\(version)"
            let rejection = Samples.rejection(
                of: try Samples.grouped("type", .string(type)), routingKey: "salesforce.\(type)")
            #expect(rejection?.incidentClass == .unsupportedVersion, "\(type)")
        }
        let flatKey = Samples.rejection(of: try Samples.grouped("x", nil), routingKey: Samples.routingKey)
        #expect(flatKey?.incidentClass == .sourceMismatch)
    }

    @Test("B6 the flat contract drops what only the grouped one names, right or wrong")
    func flatDropsNewMembers() throws {
        let plain = try Deal(canonicalBytes: Samples.deal.canonicalBytes)
        var event = Samples.event
        let added: [([String], JSON)] = [
            (["sowHash"], .string("x")), (["projectManager"], .null), (["contractParty"], .integer(1)),
            (["billingTerms"], .array([])), (["resourceDemand"], .string("x")), (["customer", "billTo"], .null),
            (["customer", "contacts"], .array([.null])), (["customer", "id"], .string("")),
            (["lines", "0", "delivery"], .string("x")), (["lines", "0", "quantity"], .integer(1)),
            (["pricing"], .bool(true)),
        ]
        for (path, value) in added { event = Samples.replace((["data"] + path)[...], in: event, value) }
        let intake = try DealEventDecoder().decode(body: event.canonicalBytes, routingKey: Samples.routingKey)
        #expect(intake.event?.deal.canonicalBytes == plain.canonicalBytes)
        for model in ["time_and_materials", "retainer", "subscription", "managed_service"] {
            let billing: JSON = ["model": .string(model), "rateCard": .string("R"), "every": .string("monthly")]
            let body = Samples.replace(["data", "lines", "0", "billing"], in: Samples.event, billing).canonicalBytes
            #expect(Samples.rejection(of: body)?.findings.map(\.path) == ["$.data.lines[0].billing.model"])
        }
        for name in ["legalEntity", "paymentTermsDays"] {
            #expect(Samples.rejection(of: Samples.event("data.\(name)", nil))?.incidentClass == .wrongSchema)
        }
    }

    @Test("D8 the hash of the statement of work is 64 small hexadecimal digits, and content")
    func sowHash() throws {
        func deal(_ hash: String) throws -> Deal? {
            let body = try Samples.grouped("data.sowHash", .string(hash))
            return try DealEventDecoder().decode(body: body, routingKey: Self.routingKey).event?.deal
        }
        let (first, second) = (String(repeating: "a", count: 64), String(repeating: "0", count: 63) + "9")
        #expect(try deal(first)?.sowHash == first)
        #expect(try deal(first)?.contentHash != deal(second)?.contentHash)
        #expect(try deal(first)?.contentHash == deal(first)?.contentHash)
        let wrong = [
            String(first.dropLast()), first + "a", first.uppercased(), String(first.dropLast()) + "g", "",
            String(first.dropLast()) + "\u{FF11}",
        ]
        for hash in wrong {
            let body = try Samples.grouped("data.sowHash", .string(hash))
            let rejection = try #require(Samples.rejection(of: body, routingKey: Self.routingKey), "\(hash)")
            #expect(rejection.incidentClass == .wrongSchema)
            #expect(rejection.findings.map(\.path) == ["$.data.sowHash"])
        }
    }

    @Test("the hash of stored grouped deals never changes")
    func pinnedHash() throws {
        let deal = try Examples.event("everything-eur.json", in: Examples.groupedDeals).deal
        #expect(deal.contentHash == "ca2880c3f6663c02182b9cc23d7ab96523999f657c6ea52ca0daa9231685b4c7")
    }

    @Test("every field of the grouped contract is content")
    func content() throws {
        let event = try Examples.json("everything-eur.json", in: Examples.groupedDeals)
        var hashes: Set<String> = []
        func insert(_ path: String, _ value: JSON?) throws {
            let changed = Samples.replace(
                (["data"] + path.split(separator: ".").map(String.init))[...], in: event, value)
            let deal = try Deal(canonicalBytes: changed["data"].canonicalBytes)
            #expect(hashes.insert(deal.contentHash).inserted, "\(path)")
        }
        try insert("x", nil)
        let texts = [
            "contractParty", "deliveryRegion", "contractType", "projectManager.name", "customer.id",
            "customer.parent.name", "customer.billTo.street", "customer.billTo.region", "customer.shipTo.city",
            "customer.contacts.0.name", "customer.taxRegistrations.0.number", "lines.0.delivery.entity",
            "lines.1.delivery.vendor", "lines.1.billing.rateCard", "lines.1.quantity.unit", "pricing.priceList",
            "billingTerms.terms", "billingTerms.purchaseOrder", "resourceDemand.0.skill",
        ]
        for path in texts { try insert(path, .string("Other")) }
        let others: [(String, JSON?)] = [
            ("customer.parent", nil), ("customer.shipTo", nil), ("customer.taxRegistrations", nil), ("pricing", nil),
            ("resourceDemand", nil), ("lines.0.delivery", nil), ("lines.0.quantity", nil),
            ("lines.0.unitPriceMinor", .integer(1)), ("lines.2.billing.every", .string("yearly")),
            ("lines.2.billing.model", .string("retainer")), ("billingTerms.invoiceDelivery", .string("post")),
            ("resourceDemand.0.hours", .integer(1)), ("resourceDemand.0.start", .string("2027-01-05")),
            ("customer.contacts.2.role", .string("sponsor")),
        ]
        for (path, value) in others { try insert(path, value) }
    }

    @Test("50 contacts and registrations and 500 demands are taken, one more is not, for the schema too")
    func limits() throws {
        let judge = try Judge(schema: Examples.groupedDealSchema)
        func country(_ index: Int) -> String {
            String(decoding: [UInt8(65 + index / 26), UInt8(65 + index % 26)], as: UTF8.self)
        }
        let items: [(String, Int, (Int) -> JSON)] = [
            ("customer.contacts", 50, { ["role": .string("billing"), "name": .string("N\($0)")] }),
            ("customer.taxRegistrations", 50, { ["country": .string(country($0)), "number": .string("1")] }),
            (
                "resourceDemand", 500,
                {
                    [
                        "role": .string("R\($0)"), "skill": .string("S"), "location": .string("L"),
                        "start": .string("2027-01-01"),
                    ]
                }
            ),
        ]
        for (path, limit, item) in items {
            for (count, verdict) in [(limit, "valid"), (limit + 1, "wrong_schema")] {
                let body = try Samples.grouped("data." + path, .array((0..<count).map(item)))
                #expect(MutationTests.schemaVerdict(on: body, type: DealEvent.typeV2) == verdict, "\(count) \(path)")
                #expect(try judge.verdict(on: body) == verdict, "\(count) \(path)")
            }
        }
    }
}
