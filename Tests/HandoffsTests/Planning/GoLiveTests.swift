import Catalogs
import Deals
import Foundation
import Support
import Testing

extension Fleets {
    @Suite(.serialized) struct GoLiveTests {
        @Test(
            "A11 an unknown service parks with code and version; adding it and requeueing finishes the same handoff",
            .timeLimit(.minutes(2)))
        func requeued() async throws {
            let before = try #require(try PlanningDesk().catalog)
            let after = try #require(try PlanningDesk { $0.sellsDrones() }.catalog)
            try await TestCompany.with(settings: ["BATON_CATALOG_REFRESH": "0s"]) { company in
                try await company.schema.putInForce(before)
                await company.send(try event { $0["lines"] = OfferingTests.drone }, type: "deal.updated.v2")
                try await eventually("it is parked", within: .seconds(30)) {
                    try await company.value("SELECT count(*) FROM incidents WHERE class = 'service_unknown'") == "1"
                }
                let (incident, reason) = (
                    try await company.value("SELECT id FROM incidents"),
                    try await company.value("SELECT story FROM incidents") ?? ""
                )
                #expect(reason.contains("DRONE-SURVEY") && reason.contains(before.version))
                #expect(try company.made() == [:])
                let handoff = try await company.value("SELECT id FROM handoffs")
                try await company.schema.putInForce(after)
                let sent = try await company.requeue(["send", try #require(incident), "--yes"])
                #expect(sent.status == 0, "\(sent.output)")
                try await company.finished(1)
                #expect(try await company.value("SELECT id FROM handoffs WHERE state = 'finished'") == handoff)
                #expect(try company.made()["create_project"] == 1)
            }
        }

        @Test(
            "B5 a new service, template, entity and term go live by data alone, through workers that keep running",
            .timeLimit(.minutes(2)))
        func newOffering() async throws {
            let before = try #require(try PlanningDesk().catalog)
            let after = try #require(try PlanningDesk { $0.sellsDronesInTheNorth() }.catalog)
            try await TestCompany.with(settings: ["BATON_CATALOG_REFRESH": "0s"]) { company in
                try await company.schema.putInForce(before)
                await company.send(try event { $0["opportunity"] = "O-OLD" }, type: "deal.updated.v2")
                try await company.finished(1)
                try await company.schema.putInForce(after)
                let sold = try event { data in
                    data["opportunity"] = "O-NEW"
                    data["contractParty"] = "Baton Nordic AB"
                    data["deliveryRegion"] = "NORDICS"
                    data["currency"] = "SEK"
                    data["lines"] = OfferingTests.drone
                    data["billingTerms"] = ["terms": "NET20", "invoiceDelivery": "email"]
                    SoldDeals.customer(&data) {
                        $0["name"] = "Skog AB"
                        $0["taxId"] = "SE556677889901"
                        $0["country"] = "SE"
                    }
                }
                await company.send(sold, type: "deal.updated.v2")
                try await company.finished(2)
                let done = try company.sandboxLog()
                let project = try #require(done.last { $0.verb == "create_project" }?.asked.leaves())
                #expect(project["entity"] == "SE01" && project["number"]?.hasPrefix("SE-") == true)
                let tasks = try #require(done.last { $0.verb == "create_tasks" }?.asked.leaves())
                #expect(tasks["phase.template"] == "TPL-DRONE" && tasks["tasks.0.code"] == "FLIGHT")
                #expect(tasks["tasks.0.billingCode"] == "B-5000")
                let plan =
                    "(SELECT p.body::jsonb FROM plans p JOIN handoffs h ON h.id = p.handoff_id WHERE h.opportunity = 'O-NEW')"
                #expect(try await company.value("SELECT \(plan) #>> '{enrichment,terms,code}'") == "NET20")
                #expect(try await company.value("SELECT \(plan) #>> '{enrichment,catalogVersion}'") == after.version)
            }
        }

        private func event(_ change: (inout [String: Any]) -> Void) throws -> [UInt8] {
            let data = try JSONSerialization.jsonObject(with: Data(try SoldDeals.data(change)))
            let event: [String: Any] = [
                "specversion": "1.0", "id": uniqueName("event"), "source": "salesforce", "type": "deal.updated.v2",
                "time": "2026-11-21T08:00:00Z", "data": data,
            ]
            return Array(try JSONSerialization.data(withJSONObject: event))
        }
    }
}

extension CatalogTables {
    fileprivate mutating func sellsDronesInTheNorth() {
        sellsDrones()
        let first = entities[0].validFrom
        entities.append(
            LegalEntity(
                code: "SE01", name: "Baton Nordic AB", country: "SE", currencies: [Currency("SEK")].compactMap(\.self),
                numbering: "SE-{seq:6}", costCentres: ["8110"], combinations: [["costCentre": "8110"]],
                validFrom: first))
        entityRules.append(EntityRule(party: "Baton Nordic AB", region: "NORDICS", entity: "SE01", validFrom: first))
        dimensions.append(
            DimensionRule(
                entity: "SE01", practice: "implementation", dimensions: ["costCentre": "8110"], validFrom: first))
        taxRules.append(
            TaxRule(seller: "SE01", country: "SE", category: "consulting", treatment: "SE-VAT-25", validFrom: first))
        billingTerms.append(BillingTerm(code: "NET20", name: "20 days", days: 20, validFrom: first))
    }
}
