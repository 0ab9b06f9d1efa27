import Catalogs
import Deals
import Testing
import Workers

@testable import Handoffs

@Suite struct WhatIfTests {
    @Test("M9 a seeded wrong tax rule shows as a difference of money per entity, before it is in force")
    func wrongTaxRule() throws {
        let deals = try (1...5).map { number in try SoldDeals.deal { $0["opportunity"] = "O-\(number)" } }
        let before = try #require(try PlanningDesk().catalog)
        let wrong = try #require(
            try PlanningDesk { tables in
                tables.taxRules = tables.taxRules.map { rule in
                    guard rule.seller == "DE01", rule.country == "DE", rule.category == "consulting" else {
                        return rule
                    }
                    return TaxRule(
                        seller: "DE01", country: "DE", category: "consulting", treatment: "EXPORT",
                        validFrom: rule.validFrom)
                }
            }.catalog)
        let report = WhatIf(deals: deals, before: before, after: wrong)
        #expect(report.before == before.version && report.after == wrong.version && report.deals == 5)
        #expect(report.taxed.map(\.treatment) == ["DE-VAT-19", "EXPORT"])
        #expect(report.taxed.allSatisfy { $0.legalEntity == "DE01" && $0.currency == "EUR" })
        #expect(
            report.taxed.map(\.minorUnits) == [
                .init(before: 62_500_000, after: 0), .init(before: 0, after: 62_500_000),
            ])
        #expect(report.changes.count == 5 && report.changes.allSatisfy { $0.what == ["tax treatment"] })
        let same = WhatIf(deals: deals, before: before, after: before)
        #expect(same.changes.isEmpty && same.taxed.allSatisfy { $0.minorUnits.before == $0.minorUnits.after })
    }

    @Test("M9 sums of more than 64 bits stay at the largest, and another numbering is a difference")
    func extremes() throws {
        let largest: Int64 = 9_007_199_254_740_991
        let deals = try (1...1030).map { number in
            try SoldDeals.deal { data in
                data["opportunity"] = "O-\(number)"
                data["totalMinor"] = largest
                data["lines"] = [
                    SoldDeals.line(1, "IMPL-CORE", Int(largest), ["model": "fixed_fee", "installments": 1])
                ]
            }
        }
        let before = try #require(try PlanningDesk().catalog)
        let after = try #require(
            try PlanningDesk { tables in
                tables.entities = tables.entities.map { entity in
                    LegalEntity(
                        code: entity.code, name: entity.name, country: entity.country, currencies: entity.currencies,
                        numbering: "N-{seq:6}", costCentres: entity.costCentres, combinations: entity.combinations,
                        validFrom: entity.validFrom)
                }
            }.catalog)
        let report = WhatIf(deals: deals, before: before, after: after)
        #expect(report.money.map(\.minorUnits) == [.init(before: .max, after: .max)])
        #expect(report.changes.allSatisfy { $0.what == ["project number"] } && report.changes.count == 1030)
    }

    @Test("M9 differences in projects, schedule lines, money and entity are each reported, deal by deal")
    func differences() throws {
        let deals = [
            try SoldDeals.deal(),
            try SoldDeals.deal { data in
                data["opportunity"] = "O-2"
                data["lines"] = OfferingTests.drone
            },
        ]
        let before = try #require(try PlanningDesk().catalog)
        let after = try #require(
            try PlanningDesk { tables in
                tables.sellsDrones()
                let first = tables.entityRules[0].validFrom
                tables.entityRules.removeAll { $0.party == "Baton Europe GmbH" && $0.region == "DACH" }
                tables.entityRules.append(
                    EntityRule(party: "Baton Europe GmbH", region: "DACH", entity: "CH01", validFrom: first))
                tables.coverCH01()
            }.catalog)
        let report = WhatIf(deals: deals, before: before, after: after)
        #expect(report.projects == .init(before: 1, after: 2))
        #expect(report.lines.after > report.lines.before)
        #expect(
            report.money == [
                .init(legalEntity: "CH01", currency: "EUR", minorUnits: .init(before: 0, after: 25_000_000)),
                .init(legalEntity: "DE01", currency: "EUR", minorUnits: .init(before: 12_500_000, after: 0)),
            ])
        #expect(report.changes.map(\.what).first?.contains("legal entity") == true)
        #expect(report.changes.last?.what == ["project"])
        #expect(report.changes.first?.legalEntity == .init(before: "DE01", after: "CH01"))
        // Turned round, the second deal is one that cannot be carried out any more.
        let back = WhatIf(deals: deals, before: after, after: before)
        #expect(back.changes.last?.newFindings.map(\.incidentClass) == [.serviceUnknown])
    }
}

extension CatalogTables {
    /// Adds an entity that sells what DE01 sells, as DE01 does.
    fileprivate mutating func coverCH01() {
        for entity in entities where entity.code == "DE01" {
            entities.append(
                LegalEntity(
                    code: "CH01", name: "Baton Schweiz AG", country: "CH", currencies: entity.currencies,
                    numbering: "CH-{seq:6}", costCentres: entity.costCentres, combinations: entity.combinations,
                    validFrom: entity.validFrom))
        }
        for rule in dimensions where rule.entity == "DE01" {
            dimensions.append(
                DimensionRule(
                    entity: "CH01", practice: rule.practice, dimensions: rule.dimensions, validFrom: rule.validFrom))
        }
        for rule in taxRules where rule.seller == "DE01" {
            taxRules.append(
                TaxRule(
                    seller: "CH01", country: rule.country, category: rule.category, treatment: rule.treatment,
                    validFrom: rule.validFrom))
        }
        for card in rateCards where card.entity == "DE01" {
            rateCards.append(
                RateCard(
                    code: card.code, entity: "CH01", currency: card.currency, rates: card.rates,
                    validFrom: card.validFrom, validTo: card.validTo))
        }
    }
}
