import Catalogs
import Connectors
import Deals
import Foundation
import Testing
import Workers

@testable import Handoffs

/// What is sold, and how it is carried out.
@Suite struct OfferingTests {
    @Test(
        "A11 an unknown service is an exception with the code and the catalog's version; with the code added it plans")
    func unknownService() async throws {
        let deal = try SoldDeals.deal { $0["lines"] = Self.drone }
        let desk = try PlanningDesk()
        let version = try #require(desk.catalog?.version)
        let refused = try #require(try await desk.refusal(deal))
        #expect(refused.incidentClass == .serviceUnknown && desk.asked.all.isEmpty)
        #expect(refused.reason.contains("DRONE-SURVEY") && refused.reason.contains(version))
        let later = try PlanningDesk { $0.sellsDrones() }
        #expect(try await later.refusal(deal) == nil)
    }

    @Test("A12 a service of a retired template is refused at validation, with the replacement if one is declared")
    func retiredTemplate() async throws {
        for (template, replacement) in [("TPL-CLASSIC", "TPL-IMPL"), ("TPL-GONE", nil)] {
            let desk = try PlanningDesk { tables in
                tables.sellsDrones(template: template)
                let first = tables.templates[0].validFrom
                tables.templates.append(
                    ProjectTemplate(
                        code: "TPL-GONE", version: 1, name: "Gone", status: .retired,
                        phases: [.init(code: "A", name: "A", tasks: [.init(code: "A", name: "A", billable: true)])],
                        validFrom: first))
            }
            let findings = try await desk.planning.validate(try SoldDeals.deal { $0["lines"] = Self.drone })
            #expect(findings.map(\.incidentClass) == [.templateRetired] && desk.asked.all.isEmpty)
            #expect(findings.first?.text.contains(template) == true)
            if let replacement {
                #expect(findings.first?.cure.contains(replacement) == true)
            } else {
                #expect(findings.first?.cure.contains("no replacement is declared") == true)
            }
        }
    }

    @Test(
        "B3 each sold line yields tasks and a billing code; a line that is not mapped blocks all, and none is dropped")
    func everyLine() async throws {
        let desk = try PlanningDesk()
        let services = ["IMPL-CORE", "MIGRATION", "TESTING", "SECURITY-REVIEW"]
        let fixed: [String: Any] = ["model": "fixed_fee", "installments": 1]
        let lines = services.enumerated().map { SoldDeals.line($0.offset + 1, $0.element, 100, fixed) }
        let deal = try SoldDeals.deal { data in
            data["lines"] = lines
            data["totalMinor"] = 400
        }
        let plan = try #require(try await desk.plan(deal).plan)
        for line in deal.lines {
            let part = try #require(plan.components.first { $0.line == line.number })
            #expect(!part.billingCode.isEmpty)
            let tasks = plan.phases.flatMap(\.tasks).filter { $0.line == "\(line.number)" }
            #expect(!tasks.isEmpty, "line \(line.number)")
            #expect(tasks.contains { $0.billingCode == part.billingCode }, "line \(line.number)")
        }
        let broken = try SoldDeals.deal { data in
            data["lines"] = lines + [SoldDeals.line(5, "NOT-MAPPED", 100, fixed)]
            data["totalMinor"] = 500
        }
        let refused = try await desk.plan(broken)
        #expect(refused.plan == nil && refused.classes == [.serviceUnknown])
        #expect(refused.findings.first?.path == "$.data.lines[4].service")
        let noCode = try PlanningDesk { $0.sellsDrones(billingCode: "") }
        #expect(
            try await noCode.plan(try SoldDeals.deal { $0["lines"] = Self.drone }).classes == [.serviceUnknown])
    }

    @Test("C4 template and version are recorded, and two deals of the same package have the same structure")
    func templates() async throws {
        let desk = try PlanningDesk()
        let first = try await desk.stored(try SoldDeals.deal())
        let second = try await desk.stored(
            try SoldDeals.deal { data in
                data["opportunity"] = "O-2"
                data["contract"] = "CT-2"
                SoldDeals.customer(&data) { $0["name"] = "Südwind AG" }
            })
        let provisioning = try #require(first.provisioning)
        #expect(provisioning.phases == second.provisioning?.phases && !provisioning.phases.isEmpty)
        #expect(provisioning.templates.contains(TemplateUsed(code: "TPL-IMPL", version: 3)))
        #expect(provisioning.templates == second.provisioning?.templates)
        #expect(first.enrichment?.components == second.enrichment?.components)
        // Another version of the template is another record.
        let changed = try PlanningDesk { tables in
            tables.templates = tables.templates.map { template in
                template.code != "TPL-IMPL"
                    ? template
                    : ProjectTemplate(
                        code: template.code, version: 4, name: template.name, phases: template.phases,
                        validFrom: template.validFrom)
            }
        }
        let later = try await changed.stored(try SoldDeals.deal())
        #expect(later.provisioning?.templates.contains(TemplateUsed(code: "TPL-IMPL", version: 4)) == true)
    }

    @Test("C3 parts and phases of like names have steps of their own")
    func likeNames() async throws {
        let desk = try PlanningDesk { tables in
            let first = tables.services[0].validFrom
            let phases = ["DESIGN", "2-DESIGN"].map { code in
                ProjectTemplate.Phase(
                    code: code, name: code, tasks: [.init(code: "T", name: "Task", role: "consultant", billable: true)])
            }
            tables.templates.append(
                ProjectTemplate(code: "TPL-X", version: 1, name: "X", phases: phases, validFrom: first))
            tables.services += ["X", "X-2"].map { code in
                Service(
                    code: code, name: code, billingCode: "B-1", marginCode: "M-1", practice: "implementation",
                    taxCategory: "consulting", template: "TPL-X", validFrom: first)
            }
            tables.services.append(
                Service(
                    code: "XX", name: "XX", billingCode: "B-1", marginCode: "M-1", practice: "implementation",
                    taxCategory: "consulting",
                    components: [
                        .init(service: "X", shareBasisPoints: 2500), .init(service: "X", shareBasisPoints: 2500),
                        .init(service: "X-2", shareBasisPoints: 5000),
                    ], validFrom: first))
        }
        let plan = try await desk.stored(
            try SoldDeals.deal { data in
                data["lines"] = [
                    SoldDeals.line(1, "XX", 12_500_000, ["model": "fixed_fee", "installments": 1])
                ]
            })
        let codes = try #require(plan.provisioning?.phases.map(\.code))
        #expect(codes.count == 6 && Set(codes).count == 6, "\(codes)")
    }

    @Test("A20 every enriched field records its row, table and version; the same versions give the same bytes again")
    func sources() async throws {
        let deal = try SoldDeals.deal()
        let desk = try PlanningDesk()
        let plan = try await desk.stored(deal)
        let enrichment = try #require(plan.enrichment)
        let version = try #require(desk.catalog?.version)
        #expect(enrichment.sources.allSatisfy { $0.rule.catalog == version && !$0.rule.row.isEmpty })
        let fields = Set(enrichment.sources.flatMap(\.fields))
        var expected: Set = [
            "legalEntity", "currency", "project.number", "billingTerms", "customer.match", "tax.consulting",
            "lines[2].rateCard",
        ]
        for line in deal.lines {
            for field in ["billingCode", "template", "dimensions"] { expected.insert("lines[\(line.number)].\(field)") }
        }
        #expect(fields == expected)
        let tables = Set(enrichment.sources.map(\.rule.table))
        #expect(
            tables == [
                .entityRules, .entities, .billingTerms, .services, .templates, .dimensions, .rateCards, .taxRules,
                .matchRules,
            ])

        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        let bytes = try encoder.encode(plan)
        for _ in 0..<5 { #expect(try encoder.encode(try await PlanningDesk().stored(deal)) == bytes) }
        let other = try PlanningDesk { $0.sellsDrones() }
        #expect(try encoder.encode(try await other.stored(deal)) != bytes)
    }

    @Test("A19 who only asks gets what the worker would refuse with, well within a second, and nothing is written")
    func preCheck() async throws {
        let desk = try PlanningDesk()
        _ = desk.customer("Nordwind Energie AG", entity: "US01", taxID: "DE811907980")
        let cases = [
            try SoldDeals.deal(), try SoldDeals.deal { $0["lines"] = Self.drone },
            try SoldDeals.deal { data in
                data["deliveryRegion"] = "JAPAN"
                data["billingTerms"] = ["terms": "NET7", "invoiceDelivery": "email"]
                SoldDeals.customer(&data) { $0["contacts"] = [["role": "billing", "name": "Accounts Payable"]] }
                data["lines"] = Self.drone
            },
        ]
        for (deal, count) in zip(cases, [1, 1, 4]) {
            let start = ContinuousClock.now
            let findings = try await desk.planning.validate(deal)
            #expect(ContinuousClock.now - start < .seconds(1))
            #expect(findings.count == count, "\(findings)")
            let worker = try #require(try await desk.refusal(deal))
            #expect(worker.incidentClass == findings.first?.incidentClass)
            for finding in findings { #expect(worker.reason.contains(finding.text.prefix(60))) }
            #expect(try await desk.plan(deal).findings == findings)
        }
        let fine = try SoldDeals.deal { data in
            SoldDeals.customer(&data) {
                $0["name"] = "Südwind"
                $0["taxId"] = "DE7"
            }
        }
        #expect(try await desk.planning.validate(fine) == [])
        #expect(desk.targets.snapshot.effects.isEmpty && desk.asked.all.allSatisfy { !$0.isWrite })
        // Without a catalog the worker refuses what needs one, and so does the check.
        let bare = PlanningDesk(by: nil)
        #expect(try await bare.planning.validate(fine).map(\.incidentClass) == [.catalogMissing])
        #expect(try await bare.refusal(fine)?.incidentClass == .catalogMissing)
    }

    static var drone: [[String: Any]] {
        [SoldDeals.line(1, "DRONE-SURVEY", 12_500_000, ["model": "fixed_fee", "installments": 3])]
    }
}

extension CatalogTables {
    /// Adds a service that is not in the shipped catalog, with a template of its own.
    mutating func sellsDrones(template: String = "TPL-DRONE", billingCode: String = "B-5000") {
        let first = services[0].validFrom
        services.append(
            Service(
                code: "DRONE-SURVEY", name: "Survey by drone", billingCode: billingCode, marginCode: "M-DRON",
                practice: "implementation", taxCategory: "consulting", template: template, validFrom: first))
        templates.append(
            ProjectTemplate(
                code: "TPL-DRONE", version: 1, name: "Survey",
                phases: [
                    .init(code: "FLY", name: "Flights", tasks: [.init(code: "FLIGHT", name: "Flight", billable: true)])
                ], validFrom: first))
    }
}
