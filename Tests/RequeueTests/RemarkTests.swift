import Foundation
import Support
import Testing

/// What targets say in their own words may be about anybody.
@Suite struct RemarkTests {
    private static let canaries = ["DECANARYTAX9", "erp.canary@canary.example", "4917012345678", "CANARY-ERPECHO"]

    @Test(
        "SEC-F7 a target's words stand in the incident's row alone, without addresses and long numbers",
        .timeLimit(.minutes(2)), arguments: ["refuse", "error"])
    func words(effect: String) async throws {
        // A step that fails for now is parked once its attempts are used up: the target's first failure is its last here.
        try await TestCompany.with { company in
            let desk = SupportDesk(schema: company.schema, broker: company.broker, publisher: company.publisher)
            let text =
                "customer CANARY-ERPECHO tax DECANARYTAX9\\u0000\\u001b[31m mail erp.canary@canary.example phone +4917012345678 "
                + String(repeating: "x", count: 5000)
            try await company.administer(
                "PUT", "admin/faults",
                #"[{"verb":"create_project","effect":"\#(effect)","code":"tax_unknown","text":"\#(text)"}]"#)
            #expect(await company.publish(try TestDeals.event(opportunity: "O-1")) == .confirmed)
            if effect == "error" {
                try await eventually("it waits") { try await company.value("SELECT state FROM handoffs") == "waiting" }
            } else {
                try await eventually("it is parked") {
                    try await company.value("SELECT state FROM handoffs") == "parked"
                }
                let said = try #require(try await company.value("SELECT said FROM incidents"))
                #expect(
                    said.hasPrefix("customer CANARY-ERPECHO tax [number] [31m mail [e-mail] phone +[number]"), "\(said)"
                )
                #expect(said.count == 200)
                let id = try #require(try await company.value("SELECT id FROM incidents"))
                let shown = try await desk.requeue("show", id).output
                #expect(shown.contains("they said    customer CANARY-ERPECHO tax [number]"), "\(shown)")
                #expect(shown.contains("ERP answered 422 tax_unknown"))
                try await desk.depth(of: "project-provisioning.dead", reaches: 1)
                let letter = try #require(try await desk.letters(in: "project-provisioning.dead").first)
                #expect(letter.headers["baton-reason"] == "ERP answered 422 tax_unknown")
                #expect(!Self.canaries.contains { "\(letter.headers)".contains($0) })
            }
            let rows = try await company.value(
                """
                SELECT concat((SELECT string_agg(h::text, ' ') FROM handoffs h), (SELECT string_agg(j::text, ' ') FROM journal j),
                    (SELECT string_agg(t::text, ' ') FROM targets t), (SELECT string_agg(m::text, ' ') FROM mirrors m),
                    (SELECT string_agg(s::text, ' ') FROM steps s), (SELECT string_agg(i.story, ' ') FROM incidents i))
                """)
            let logs = try FileManager.default.contentsOfDirectory(atPath: company.folder)
                .filter { $0.hasSuffix(".log") && !$0.hasPrefix("sandbox") }
                .map { try String(contentsOfFile: "\(company.folder)/\($0)", encoding: .utf8) }.joined()
            #expect(logs.contains("project-provisioning"))
            for canary in Self.canaries {
                #expect(rows?.contains(canary) == false, "\(canary) in a row")
                #expect(!logs.contains(canary), "\(canary) in a log")
            }
        }
    }
}
