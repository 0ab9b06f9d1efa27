import Foundation
import Testing

@testable import Handoffs

/// Plans outlive the software that made them.
@Suite struct StoredPlanTests {
    /// As it was stored before there was a catalog: never edited.
    private static let old = """
        {"contract":"CT-1","customer":{"email":"ap@acme.example","legalEntity":"DE01","name":"Acme GmbH",\
        "taxID":"DE811907980"},"handoff":"3b241101-e2bb-4255-8caf-4136c566a962","opportunity":"O-1","project":\
        {"currency":"EUR","end":"2027-12-31","legalEntity":"DE01","manager":"jonas.weber@example.com",\
        "name":"Acme GmbH CT-1","start":"2027-01-01"},"schedule":[{"amountMinor":90000,"dueDate":"2027-01-01",\
        "number":1,"text":"Part 1"}],"tasks":[{"code":"IMPL-CORE","line":"1","name":"Part 1"}],"version":1}
        """

    @Test("B4 a plan that was stored before there was a catalog is still read, and has the steps that it had")
    func stored() throws {
        let plan = try JSONDecoder().decode(HandoffPlan.self, from: Data(Self.old.utf8))
        #expect(plan.provisioning == nil && plan.tasks.map(\.code) == ["IMPL-CORE"])
        #expect(plan.tasks.first?.parent == nil && plan.base == nil)
        #expect(!plan.hasParentStep)
        #expect(plan.customerNaturalKey == "de01|tax:de811907980")
        let encoded = try JSONEncoder().encode(plan)
        #expect(try JSONDecoder().decode(HandoffPlan.self, from: encoded) == plan)
    }

    @Test("B4 what a catalog adds to a plan is stored with it, and the version of the catalog too")
    func provisioned() throws {
        var plan = try JSONDecoder().decode(HandoffPlan.self, from: Data(Self.old.utf8))
        plan.provisioning = HandoffPlan.Provisioning(
            linkedCustomerID: "CUS-1", templates: [.init(code: "IMPL", version: 3)], catalogVersion: "c0ffee")
        let again = try JSONDecoder().decode(HandoffPlan.self, from: try JSONEncoder().encode(plan))
        #expect(again == plan && again.provisioning?.catalogVersion == "c0ffee")
        // Written by a version that knows only some of it.
        let sparse = Self.old.dropLast() + #","provisioning":{"catalogVersion":"c0ffee"}}"#
        let read = try JSONDecoder().decode(HandoffPlan.self, from: Data(sparse.utf8))
        #expect(read.provisioning == HandoffPlan.Provisioning(catalogVersion: "c0ffee"))
    }
}
