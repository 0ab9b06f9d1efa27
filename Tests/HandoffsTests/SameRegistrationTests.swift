import Foundation
import Support
import Testing

extension Fleets {
    @Suite(.serialized) struct SameRegistrationTests {
        @Test("SUP-2.15 a customer is never renamed by another deal's tax registration", .timeLimit(.minutes(1)))
        func otherName() async throws {
            try await TestCompany.with { company in
                await company.send(
                    try TestDeals.event(opportunity: "O-1", customer: "Nordwind Logistik GmbH", taxID: "DE811907980"))
                try await company.finished(1)
                await company.send(
                    try TestDeals.event(
                        opportunity: "O-2", customer: "Alpenglas Manufaktur AG", taxID: "DE811907980"))
                try await eventually("a person is asked") {
                    try await company.value("SELECT class FROM incidents") == "duplicate_customer"
                }
                let story = try await company.value("SELECT story FROM incidents")
                #expect(story?.contains("is called \"Nordwind Logistik GmbH\"") == true, "\(story ?? "-")")
                #expect(try company.made()["update_customer"] == nil)
                #expect(try company.made()["create_customer"] == 1)
            }
        }

        @Test(
            "SUP-2.15 the same company under a name written a little differently is changed, and show says so",
            .timeLimit(.minutes(1)))
        func sameName() async throws {
            try await TestCompany.with { company in
                for (opportunity, name) in [("O-1", "Nordwind Logistik GmbH"), ("O-2", "NORDWIND LOGISTIK GmbH.")] {
                    await company.send(
                        try TestDeals.event(opportunity: opportunity, customer: name, taxID: "DE811907980"))
                    try await eventually("\(opportunity) is finished") {
                        try await company.value(
                            "SELECT state FROM handoffs WHERE opportunity = '\(opportunity)'") == "finished"
                    }
                }
                #expect(try company.made()["update_customer"] == 1)
                let first = try await company.baton(["show", "O-1"]).output
                #expect(first.contains("create-customer\tCUS-000001, made"), "\(first)")
                let second = try await company.baton(["show", "O-2"]).output
                #expect(second.contains("create-customer\tCUS-000001, changed"), "\(second)")
            }
        }
    }
}
