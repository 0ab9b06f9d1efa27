import Catalogs
import Connectors
import Deals
import Foundation
import Support
import Testing
import Workers

@testable import Handoffs

/// What finance has to say about a deal.
@Suite struct FinanceTests {
    @Test(
        "A8 a missing tax profile stops the handoff before any call; a time-out is tried again, an unknown place is not"
    )
    func tax() async throws {
        let desk = try PlanningDesk()
        let french = try SoldDeals.deal { data in
            data["deliveryRegion"] = "EU"
            SoldDeals.customer(&data) {
                $0["country"] = "FR"
                $0["taxId"] = nil
            }
        }
        let missing = try #require(try await desk.refusal(french))
        #expect(missing.incidentClass == .taxProfileMissing && missing.incidentClass.owner == .finance)
        #expect(desk.asked.all.isEmpty)

        desk.targets.arm([.init(.determineTax, .timeoutBefore, count: 1)])
        await #expect(throws: Unavailable.self) { _ = try await desk.stored(try SoldDeals.deal()) }
        _ = try await desk.stored(try SoldDeals.deal())

        desk.targets.arm([.init(.determineTax, .refuse(code: "unknown_jurisdiction", text: "DE is not in the table"))])
        #expect(try await desk.refusal(try SoldDeals.deal())?.incidentClass == .taxUnknown)
        #expect(desk.targets.snapshot.effects.isEmpty && desk.asked.all.allSatisfy { !$0.isWrite })
    }

    @Test("A8 the tax engine's answer stands in the plan beside the catalog's treatment")
    func determined() async throws {
        let plan = try await PlanningDesk().stored(try SoldDeals.deal())
        let tax = try #require(plan.enrichment?.taxes.first)
        #expect(tax.category == "consulting" && tax.treatment == "DE-VAT-19")
        #expect(tax.determined == TaxAnswer(treatment: "standard", rateBasisPoints: 1900))
    }

    @Test("A9 a currency that is not enabled for the entity is an exception, before any call")
    func currency() async throws {
        let desk = try PlanningDesk()
        for (code, isEnabled) in [("CHF", true), ("JPY", false)] {
            let deal = try SoldDeals.deal { data in
                data["currency"] = code
                data["lines"] = [SoldDeals.line(1, "IMPL-CORE", 12_500_000, ["model": "fixed_fee", "installments": 1])]
            }
            let calls = desk.asked.all.count
            let refused = try await desk.refusal(deal)
            #expect((refused == nil) == isEnabled, "\(code)")
            if !isEnabled {
                #expect(refused?.incidentClass == .currencyNotEnabled && desk.asked.all.count == calls)
                #expect(refused?.reason.contains("$.data.currency") == true)
            }
        }
    }

    @Test("A9 no amount is ever a fraction: not in the stored deal, not in the plan, not in a call, not in a column")
    func noFractions() async throws {
        let deal = try SoldDeals.deal()
        let desk = try PlanningDesk()
        let texts = [
            String(decoding: deal.canonicalBytes, as: UTF8.self),
            String(decoding: try JSONEncoder().encode(try await desk.stored(deal)), as: UTF8.self),
            String(decoding: try JSONEncoder().encode(try await desk.plan(deal)), as: UTF8.self),
        ]
        for text in texts { #expect(text.firstMatch(of: /[:\[,]-?[0-9]+[.eE][0-9]/) == nil) }
        #expect("[1.5]".firstMatch(of: /[:\[,]-?[0-9]+[.eE][0-9]/) != nil)
        try await TestSchema.with { schema in
            let columns = try await schema.database.query(
                """
                SELECT count(*) FILTER (WHERE data_type IN ('real', 'double precision', 'money'))::text,
                    count(*) FILTER (WHERE column_name LIKE '%minor' AND data_type <> 'bigint')::text,
                    count(*) FILTER (WHERE column_name LIKE '%minor')::text
                FROM information_schema.columns WHERE table_schema = current_schema()
                """
            ).first
            #expect(try columns?.value(0, as: String.self) == "0")
            #expect(try columns?.value(1, as: String.self) == "0")
            #expect(try columns?.value(2, as: String.self) != "0")
        }
    }

    @Test("A9 whatever is sold, parts and schedule add up to the total, in currencies of no, two and three places")
    func totals() async throws {
        let seed = UInt64.random(in: 1...UInt64.max)
        var dice = Seeded(seed: seed)
        let catalog = try PlanningDesk { $0.billsAnything() }.catalog
        let desk = PlanningDesk(by: catalog)
        for code in ["JPY", "EUR", "KWD"] {
            for round in 0..<120 {
                let amounts = (0..<Int.random(in: 1...8, using: &dice)).map { _ in
                    Int.random(in: 0...10_000_019, using: &dice)
                }
                let lines = amounts.enumerated().map { place, amount in
                    let billing: [String: Any] =
                        [
                            ["model": "fixed_fee", "installments": Int.random(in: 1...12, using: &dice)],
                            ["model": "retainer", "every": "monthly"], ["model": "subscription", "every": "quarterly"],
                        ].randomElement(using: &dice) ?? [:]
                    let service = ["IMPL-CORE", "BUNDLE"].randomElement(using: &dice) ?? ""
                    return SoldDeals.line(place + 1, service, amount, billing)
                }
                let deal = try SoldDeals.deal { data in
                    data["currency"] = code
                    data["lines"] = lines
                    data["totalMinor"] = amounts.reduce(0, +)
                }
                let document = try await desk.planning.plan(deal, isOffline: true)
                let plan = try #require(document.plan, "\(document.findings) seed \(seed) round \(round)")
                #expect(plan.total.minorUnits == deal.totalMinor, "seed \(seed) round \(round)")
                #expect(plan.total.currency == code)
                let parts = Dictionary(grouping: plan.components, by: \.line).mapValues {
                    $0.reduce(0) { $0 + $1.amountMinor }
                }
                for line in deal.lines {
                    #expect(parts[line.number] == line.amountMinor, "seed \(seed) round \(round)")
                }
            }
        }
    }

    @Test("A14 the subsidiary is derived and shown in the plan; where no rule says it, that is finance's exception")
    func subsidiary() async throws {
        let desk = try PlanningDesk()
        let document = try await desk.plan(try SoldDeals.deal())
        let plan = try #require(document.plan)
        #expect(plan.project.legalEntity == "DE01")
        let project = try #require(plan.calls.first { $0.verb == "create_project" })
        guard case .fields(let fields) = project.asks else {
            Issue.record("the project asks for no fields")
            return
        }
        #expect(fields["legalEntity"] == .text("DE01"))
        #expect(plan.sources.contains { $0.rule.table == .entityRules && $0.fields.contains("legalEntity") })

        let unmapped = try await desk.plan(try SoldDeals.deal { $0["deliveryRegion"] = "JAPAN" })
        #expect(unmapped.plan == nil && unmapped.classes == [.entityUnmapped])
        #expect(unmapped.findings.first?.owner == .finance && unmapped.findings.first?.path == "$.data.contractParty")
        let other = try await desk.plan(try SoldDeals.deal { $0["legalEntity"] = "US01" })
        #expect(other.classes.contains(.entityUnmapped))
    }

    @Test(
        "B10 dimensions come from the mapping; a combination that the ledger does not take is refused before any call")
    func dimensions() async throws {
        let plan = try await PlanningDesk().stored(try SoldDeals.deal())
        let dimensions = try #require(plan.provisioning?.dimensions)
        #expect(dimensions.costCentre == "4110" && dimensions.values == ["segment": "SERVICES"])
        let desk = try PlanningDesk { tables in
            let first = tables.dimensions[0].validFrom
            tables.dimensions.removeAll { $0.entity == "DE01" && $0.practice == "implementation" }
            tables.dimensions.append(
                DimensionRule(
                    entity: "DE01", practice: "implementation",
                    dimensions: ["costCentre": "4110", "segment": "RECURRING"], validFrom: first))
        }
        let refused = try #require(try await desk.refusal(try SoldDeals.deal()))
        #expect(refused.incidentClass == .dimensionInvalid && refused.reason.contains("RECURRING"))
        #expect(desk.asked.all.isEmpty)
    }

    @Test("D8 a statement of work other than the signed one stops the handoff, the signed one does not")
    func signedText() async throws {
        let desk = try PlanningDesk()
        let own = String(repeating: "9f", count: 32)
        let other = String(repeating: "9e", count: 32)
        let deal = try SoldDeals.deal()
        let refused = try #require(try await desk.refusal(deal, signature: #"{"sowHash":"\#(other)"}"#))
        #expect(refused.incidentClass == .sowMismatch && refused.reason.contains("$.data.sowHash"))
        #expect(desk.asked.all.isEmpty)
        let plan = try await desk.stored(deal, signature: #"{"sowHash":"\#(own)"}"#)
        #expect(plan.enrichment?.lookUps.signedSow == own)
        #expect(try await desk.stored(deal).enrichment?.lookUps.signedSow == nil)
    }
}

extension CatalogTables {
    /// Lets DE01 sell in every currency of the tests, and every service by every billing model; adds a package.
    mutating func billsAnything() {
        let first = entities[0].validFrom
        entities = entities.map { entity in
            LegalEntity(
                code: entity.code, name: entity.name, country: entity.country,
                currencies: ["EUR", "JPY", "KWD", "CHF"].compactMap(Currency.init), numbering: entity.numbering,
                costCentres: entity.costCentres, combinations: entity.combinations, validFrom: first)
        }
        services = services.map { service in
            Service(
                code: service.code, name: service.name, billingCode: service.billingCode,
                marginCode: service.marginCode, practice: service.practice, taxCategory: service.taxCategory,
                template: service.template, components: service.components, status: service.status,
                replacement: service.replacement, validFrom: first)
        }
        services.append(
            Service(
                code: "BUNDLE", name: "Bundle", billingCode: "B-1", marginCode: "M-1", practice: "implementation",
                taxCategory: "consulting",
                components: [
                    .init(service: "IMPL-CORE", shareBasisPoints: 3333),
                    .init(service: "MIGRATION", shareBasisPoints: 3333, billing: .fixedFee(installments: 7)),
                    .init(service: "TRAINING", shareBasisPoints: 3334),
                ], validFrom: first))
    }
}
