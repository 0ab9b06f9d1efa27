import Support
import Testing
import Workers

@testable import Deals

@Suite("What a deal lacks is told at once, each with who can supply it")
struct MandatoryTests {
    private static let routingKey = "salesforce.deal.updated.v2"
    private static let mandatory: [Schema.Mandatory] = {
        do {
            return try Schema(Examples.groupedDealSchema).mandatory
        } catch {
            preconditionFailure("\(error)")
        }
    }()

    /// The members that tell what is missing when `field` is.
    private static func told(by field: Schema.Mandatory) -> [Schema.Mandatory] {
        guard field.isGroup else { return [field] }
        return mandatory.filter { $0.path.count == field.path.count + 1 && $0.path.starts(with: field.path) }
            .filter { $0.path.last != "installments" }
    }

    private static func jsonPath(_ path: [String]) -> String {
        "$.data" + path.map { Int($0) == nil ? ".\($0)" : "[\($0)]" }.joined()
    }

    @Test("A4 without any one mandatory field a deal is refused, with the field's JSON path and its owner")
    func each() throws {
        #expect(Self.mandatory.count > 40)
        for field in Self.mandatory {
            let body = try Samples.grouped("data." + field.path.joined(separator: "."), nil)
            let rejection = try #require(Samples.rejection(of: body, routingKey: Self.routingKey), "\(field)")
            let told = Self.told(by: field)
            #expect(Set(rejection.findings.map(\.path)) == Set(told.map { Self.jsonPath($0.path) }))
            #expect(Set(rejection.findings.map(\.owner.rawValue)) == Set(told.map(\.owner)), "\(field)")
            let isApproval = ["approval", "deliveryOwner"].contains(field.path[0])
            #expect(rejection.incidentClass == (isApproval ? .notApproved : .mandatoryMissing), "\(field)")
            for finding in rejection.findings { #expect(rejection.reason.contains(finding.path)) }
        }
        let owners = Dictionary(uniqueKeysWithValues: Self.mandatory.map { ($0.path.joined(separator: "."), $0.owner) })
        #expect(owners["customer.billTo"] == "finance" && owners["billingTerms.terms"] == "finance")
        #expect(owners["deliveryRegion"] == "project_operations" && owners["projectManager"] == "project_operations")
        #expect(owners["contractType"] == "sales_operations" && owners["lines.0.service"] == "sales_operations")
    }

    @Test("A4 whatever is missing together is reported together, each field once")
    func together() throws {
        var random = Seeded.generator(for: "mandatory")
        let leaves = Self.mandatory.filter { field in
            !field.isGroup && !Self.mandatory.contains { $0.path != field.path && $0.path.starts(with: field.path) }
        }
        for round in 0..<300 {
            let gone = leaves.filter { $0.path.last != "model" && random.chance(20) }
            var event = try Examples.json("minimal-eur.json", in: Examples.groupedDeals)
            for field in gone { event = Samples.replace((["data"] + field.path)[...], in: event, nil) }
            let rejection = Samples.rejection(of: event.shuffled(&random).bytes, routingKey: Self.routingKey)
            let paths = rejection?.findings.map(\.path) ?? []
            #expect(
                paths.sorted() == gone.map { Self.jsonPath($0.path) }.sorted(),
                "BATON_SEED=\(Seeded.seed) round \(round)")
        }
    }

    @Test("A4 an envelope without an attribute is integration's, and what the deal lacks is told with it")
    func envelope() throws {
        for name in ["id", "source", "time", "specversion"] {
            let event = Samples.replace(
                ["data", "billingTerms"], in: try Examples.json("minimal-eur.json", in: Examples.groupedDeals), nil)
            let body = Samples.replace([name], in: event, nil).canonicalBytes
            let rejection = try #require(Samples.rejection(of: body, routingKey: Self.routingKey))
            #expect(rejection.incidentClass == .wrongSchema)
            #expect(
                rejection.findings.map(\.path)
                    == ["$.\(name)", "$.data.billingTerms.terms", "$.data.billingTerms.invoiceDelivery"])
            #expect(rejection.findings.map(\.owner) == [.integration, .finance, .finance])
        }
    }

    @Test("A10 bill-to contact, payment terms and delivery method are each reported by name")
    func invoicingProfile() throws {
        let cases = [
            ("customer.contacts", "$.data.customer.contacts", "bill-to contact"),
            ("customer.contacts.0", "$.data.customer.contacts", "bill-to contact"),
            ("billingTerms.terms", "$.data.billingTerms.terms", "payment terms"),
            ("billingTerms.invoiceDelivery", "$.data.billingTerms.invoiceDelivery", "invoice delivery method"),
            ("customer.billTo", "$.data.customer.billTo", "bill-to address"),
        ]
        for (gone, path, name) in cases {
            let body = try Samples.grouped("data." + gone, nil)
            let findings = try #require(Samples.rejection(of: body, routingKey: Self.routingKey)).findings
            #expect(findings.map(\.path) == [path] && findings.allSatisfy { $0.text.contains(name) }, "\(gone)")
            #expect(findings.map(\.owner) == [.finance])
        }
    }

    @Test("A13 a line without rate card, or without amounts or dates of its milestones, is refused with its number")
    func billableStructure() throws {
        func refused(_ path: String, _ value: JSON?) throws -> [Finding] {
            let body = try Samples.grouped("data." + path, value, in: "everything-eur.json")
            return try #require(Samples.rejection(of: body, routingKey: Self.routingKey)).findings
        }
        let card = try refused("lines.1.billing.rateCard", nil)
        #expect(card.map(\.path) == ["$.data.lines[1].billing.rateCard"])
        #expect(card.map(\.text) == ["is missing: the rate card of line 20"])
        let date = try refused("milestones.1.due", nil)
        #expect(date.map(\.path) == ["$.data.milestones[1].due"])
        #expect(date.map(\.text) == ["is missing: the date of a milestone of line 10"])
        let amount = try refused("milestones.0.amountMinor", nil)
        #expect(amount.map(\.text) == ["is missing: the amount of a milestone of line 10"])
        for none in [nil, JSON.array([])] {
            let findings = try refused("milestones", none)
            #expect(findings.map(\.path) == ["$.data.lines[0].amountMinor"])
            #expect(findings.allSatisfy { $0.text.contains("line 10 has none: no amounts and no dates") })
        }
        let free = try refused("lines.0.amountMinor", .integer(0))
        #expect(free.map(\.path).contains("$.data.lines[0].amountMinor"))
    }

    @Test("A13 a milestone line that costs nothing has milestones too, in the grouped contract")
    func freeMilestones() throws {
        let line = Samples.replace(["billing"], in: Samples.line, ["model": .string("milestone")])
        let free = Samples.replace(["amountMinor"], in: line, .integer(0))
        let flat = Samples.replace(["lines"], in: Samples.deal, .array([free]))
        let event = Samples.event("data", Samples.replace(["totalMinor"], in: flat, .integer(0)))
        #expect(Samples.rejection(of: event) == nil)
        let deal = try Examples.json("minimal-eur.json", in: Examples.groupedDeals)
        let grouped = Samples.replace(["data", "lines"], in: deal, .array([free]))
        let body = Samples.replace(["data", "totalMinor"], in: grouped, .integer(0)).canonicalBytes
        let rejection = try #require(Samples.rejection(of: body, routingKey: Self.routingKey))
        #expect(rejection.findings.map(\.path) == ["$.data.lines[0].amountMinor"])
    }

    @Test("a deal that is not yet sold may be incomplete and is ignored, not wrong")
    func notYetSold() throws {
        func decoded(_ stage: String, _ change: (JSON) -> JSON) throws -> Deals.Intake {
            let event = try Examples.json("minimal-eur.json", in: Examples.groupedDeals)
            let early = change(Samples.replace(["data", "stage"], in: event, .string(stage)))
            return try DealEventDecoder().decode(body: early.canonicalBytes, routingKey: Self.routingKey)
        }
        let almost = try decoded("Negotiation") { Samples.replace(["data", "sowHash"], in: $0, nil) }
        guard case .ignored(let event) = almost else {
            Issue.record("not ignored")
            return
        }
        #expect(event.deal?.customer.name == "Nordwind Energie AG" && event.key == event.deal?.key)
        #expect(event.missing.map(\.path) == ["$.data.sowHash"])
        let first = try decoded("Prospecting") {
            Samples.replace(["data"], in: $0, ["stage": .string("Prospecting")])
        }
        guard case .ignored(let bare) = first else {
            Issue.record("not ignored")
            return
        }
        #expect(bare.deal == nil && bare.key == nil && bare.missing.count == 22 && first.event == nil)
        #expect(throws: Rejection.self) {
            try decoded("Negotiation") { Samples.replace(["data", "sowHash"], in: $0, .string("x")) }
        }
        #expect(throws: Rejection.self) {
            try decoded("Closed Won") { Samples.replace(["data", "sowHash"], in: $0, nil) }
        }
    }
}
