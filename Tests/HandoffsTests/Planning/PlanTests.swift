import Catalogs
import Deals
import Foundation
import Sagas
import Testing
import Twins
import Workers

@testable import Handoffs

@Suite struct PlanTests {
    @Test("M8 a deal sent for a plan that has gone stale is refused, by other data, customers, choices or signature")
    func stale() async throws {
        let desk = try PlanningDesk()
        let shown = try #require(try await desk.plan(try SoldDeals.deal()).planHash)
        var deal = try SoldDeals.deal()
        deal.expectedPlanHash = shown
        #expect(try await desk.refusal(deal) == nil)
        // Only what was sold, the catalog and the answers name a plan.
        #expect(try await desk.plan(deal).planHash == shown)

        let other = try PlanningDesk { $0.sellsDrones() }
        #expect(try await other.refusal(deal)?.incidentClass == .planStale)
        let signed = #"{"sowHash":"\#(String(repeating: "9f", count: 32))"}"#
        #expect(try await desk.refusal(deal, signature: signed)?.incidentClass == .planStale)
        _ = desk.customer("Nordwind Energie AG", taxID: "DE811907980")
        let stale = try #require(try await desk.refusal(deal))
        #expect(stale.incidentClass == .planStale && stale.reason.contains(shown))
        #expect(desk.targets.snapshot.effects.isEmpty)
    }

    @Test("M8 a later version's plan upon what stands is another than the one upon nothing")
    func standing() async throws {
        let desk = try PlanningDesk()
        let plan = try await desk.stored(try SoldDeals.deal())
        let base = Base(
            version: 1, plan: plan, receipts: [CreateProject.name: Receipt(externalID: "PRJ-1", origin: .created)])
        let later = try SoldDeals.deal { $0["version"] = 2 }
        let shown = try await desk.planning.plan(later, upon: base)
        let blind = try await desk.planning.plan(later)
        #expect(shown.planHash != nil && shown.planHash != blind.planHash)
    }

    @Test("a catalog that cannot be read is waited for")
    func unreadable() async throws {
        struct Unreadable: Error {}
        struct Broken: CatalogSource {
            func current() async throws -> Catalog? { throw Unreadable() }
        }
        let desk = try PlanningDesk()
        let planning = Planning(
            catalogs: Broken(), erp: MemoryERP(desk.targets, through: desk.asked),
            psa: MemoryPSA(desk.targets, through: desk.asked),
            tax: MemoryTax(desk.targets, through: desk.asked, rates: [:]))
        let deal = try SoldDeals.deal()
        await #expect(throws: Unavailable.self) { try await planning.plan(deal) }
    }

    @Test("M8 a plan says calls, drawn numbers, schedule, totals, approvals and rules, and asks without writing")
    func document() async throws {
        let desk = try PlanningDesk()
        let document = try await desk.plan(
            try SoldDeals.deal { data in
                data["totalMinor"] = 60_000_000
                data["lines"] = [
                    SoldDeals.line(1, "IMPL-CORE", 60_000_000, ["model": "fixed_fee", "installments": 12])
                ]
            })
        let plan = try #require(document.plan)
        #expect(plan.schedule.count == 12 && plan.schedule.reduce(0) { $0 + $1.amountMinor } == 60_000_000)
        #expect(plan.total == .init(minorUnits: 60_000_000, currency: "EUR"))
        #expect(plan.approvals.map(\.role) == ["finance-controller"])
        #expect(plan.project.numberPattern == "DE-{year}-{seq:6}")
        #expect(
            plan.calls.map(\.verb) == [
                "create_customer", "create_contact", "reserve_dimensions", "create_project", "create_tasks",
                "create_tasks", "create_tasks", "create_billing_schedule", "activate_project", "announce",
            ])
        #expect(Set(plan.calls.map(\.key)).count == plan.calls.count)
        #expect(desk.asked.all.allSatisfy { !$0.isWrite } && !desk.asked.all.isEmpty)
        let text = String(decoding: try JSONEncoder().encode(document), as: UTF8.self)
        #expect(!text.contains("DE811907980"))
        #expect(try JSONDecoder().decode(PlanDocument.self, from: Data(text.utf8)) == document)
    }

    @Test("M8 offline nobody is asked, and the plan has no hash that a deal could be sent for")
    func offline() async throws {
        let desk = try PlanningDesk()
        let document = try await desk.planning.plan(try SoldDeals.deal(), isOffline: true)
        #expect(document.isOffline && document.planHash == nil && document.plan?.customer.decision == nil)
        #expect(desk.asked.all.isEmpty)
    }
}
