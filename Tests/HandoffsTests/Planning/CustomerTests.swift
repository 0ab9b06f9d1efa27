import Catalogs
import Deals
import Testing
import Twins
import Workers

@testable import Handoffs

/// Who a deal is for.
@Suite struct CustomerTests {
    @Test("A5 a customer under the right entity is linked and not created; one that nobody knows is created")
    func linked() async throws {
        let desk = try PlanningDesk()
        let unknown = try await desk.plan(try SoldDeals.deal())
        #expect(unknown.plan?.customer.decision == .create)
        #expect(unknown.plan?.calls.first?.verb == "create_customer")
        let id = desk.customer("NORDWIND Energie", taxID: "DE 811.907.980")
        let known = try await desk.plan(try SoldDeals.deal())
        #expect(known.plan?.customer.decision == .link(id: id))
        let first = try #require(known.plan?.calls.first)
        #expect(first.verb == "get_customer" && !first.isWrite && first.asks == .fields(["id": .text(id)]))
        #expect(known.plan?.calls.contains { $0.verb == "create_customer" } == false)
    }

    @Test("A5 a customer that only another entity has is extended or an exception, by the entity's rule, never silent")
    func otherEntity() async throws {
        for rule in [MatchRules.OtherEntity.exception, .extend] {
            let desk = try PlanningDesk { tables in
                let first = tables.matchRules[0].validFrom
                tables.matchRules = [MatchRules(nameSimilarity: 90, otherEntity: rule, validFrom: first)]
            }
            let id = desk.customer("Nordwind Energie AG", entity: "US01", taxID: "DE811907980")
            let document = try await desk.plan(try SoldDeals.deal())
            if rule == .extend {
                #expect(document.plan?.customer.decision == .extend(id: id))
                #expect(document.plan?.calls.first?.verb == "create_customer")
            } else {
                #expect(document.classes == [.duplicateCustomer] && document.plan == nil)
                #expect(document.findings.first?.text.contains(id) == true)
                #expect(document.findings.first?.text.contains("US01") == true)
            }
        }
    }

    @Test("A6 two candidates stop the handoff with both shown and nothing made, until a person chooses one or none")
    func duplicates() async throws {
        let desk = try PlanningDesk()
        let ids = [desk.customer("Nordwind Energie AG"), desk.customer("Nordwind Energies AG")]
        let deal = try SoldDeals.deal { SoldDeals.customer(&$0) { $0["taxId"] = nil } }
        let refused = try #require(try await desk.refusal(deal))
        #expect(refused.incidentClass == .duplicateCustomer)
        for id in ids { #expect(refused.reason.contains(id)) }
        #expect(desk.asked.all.allSatisfy { !$0.isWrite } && desk.targets.snapshot.effects.isEmpty)

        for id in ids {
            let plan = try await desk.stored(deal, choices: ["customer": id])
            #expect(plan.provisioning?.linkedCustomerID == id)
        }
        let other = try await desk.stored(deal, choices: ["customer": "new"])
        #expect(other.provisioning?.linkedCustomerID == nil)
        // Nobody else's deal may take the new one for the customer that it is not.
        #expect(other.customerNaturalKey.hasSuffix("|new:O-1/CT-1"))
        let stranger = try #require(try await desk.refusal(deal, choices: ["customer": "CUS-OTHER"]))
        #expect(stranger.incidentClass == .duplicateCustomer)
    }

    @Test("A6 a parent of whom a person said that nobody known is meant is none that was made before")
    func newParent() async throws {
        let desk = try PlanningDesk()
        _ = [desk.customer("Nordwind Holding SE"), desk.customer("Nordwind Holdings SE")]
        let deal = try SoldDeals.deal {
            SoldDeals.customer(&$0) { $0["parent"] = ["name": "Nordwind Holding SE", "country": "DE"] }
        }
        #expect(try await desk.refusal(deal)?.incidentClass == .duplicateCustomer)
        let plan = try await desk.stored(deal, choices: ["parent": "new"])
        let parent = try #require(plan.provisioning?.parent)
        #expect(plan.parentNaturalKey(of: parent).hasSuffix("|new:O-1/CT-1"))
        #expect(
            CreateParentCustomer(erp: MemoryERP(desk.targets, through: desk.asked)).claim(for: plan)?.naturalKey
                == plan.parentNaturalKey(of: parent))
        #expect(!plan.customerNaturalKey.contains("|new:"))
    }

    @Test("A6 below the match threshold two are different, at it a person is asked; another tax id is another company")
    func threshold() async throws {
        // Nine letters of which one differs: 88 of 100.
        for (threshold, stops) in [(88, true), (89, false)] {
            let desk = try PlanningDesk { tables in
                let first = tables.matchRules[0].validFrom
                tables.matchRules = [MatchRules(nameSimilarity: threshold, validFrom: first)]
            }
            _ = desk.customer("Aaaa Bbbx")
            let deal = try SoldDeals.deal {
                SoldDeals.customer(&$0) {
                    $0["name"] = "Aaaa Bbbb"
                    $0["taxId"] = nil
                }
            }
            #expect((try await desk.refusal(deal) != nil) == stops, "threshold \(threshold)")
        }
        let desk = try PlanningDesk()
        _ = desk.customer("Nordwind Energie AG", taxID: "DE999999999")
        #expect(try await desk.plan(try SoldDeals.deal()).plan?.customer.decision == .create)
    }

    @Test("B16 a contact without e-mail is an exception only where the invoice delivery method needs one")
    func contacts() async throws {
        let desk = try PlanningDesk()
        func deal(_ delivery: String, _ contacts: [[String: Any]]) throws -> Deal {
            try SoldDeals.deal { data in
                SoldDeals.customer(&data) { $0["contacts"] = contacts }
                data["billingTerms"] = ["terms": "NET30", "invoiceDelivery": delivery]
            }
        }
        let billing: [String: Any] = ["role": "billing", "name": "Accounts Payable"]
        let reached = billing.merging(["email": "ap@nordwind.example"]) { $1 }
        let sponsor: [String: Any] = ["role": "sponsor", "name": "Mia"]
        let document = try await desk.plan(try deal("email", [billing]))
        #expect(document.classes == [.mandatoryMissing])
        #expect(document.findings.first?.path == "$.data.customer.contacts[0].email")
        #expect(try await desk.plan(try deal("portal", [billing])).findings == [])
        #expect(try await desk.plan(try deal("post", [billing])).findings == [])
        let both = try await desk.plan(try deal("email", [reached, sponsor]))
        #expect(both.findings == [] && both.plan?.contacts.map(\.role) == ["billing", "sponsor"])
        #expect(both.plan?.calls.filter { $0.verb == "create_contact" }.count == 2)
    }
}
