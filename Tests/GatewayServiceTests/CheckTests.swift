import Catalogs
import Deals
import Foundation
import Operations
import PostgreSQL
import Support
import Testing
import Workers

@testable import GatewayService
@testable import Handoffs

/// What a user is told before a deal is sent is what the worker would say after it, and nothing else comes of it.
@Suite struct CheckTests {
    private static let token = "a token of some length"
    private static let bearer = [("content-type", "application/json"), ("authorization", "Bearer \(token)")]
    private static let second = Duration.seconds(1)

    /// A deal, and what the targets are told to do with what is asked for it.
    private struct Case {
        let opportunity: String
        let event: [UInt8]
        var faults = "[]"
        let expected: Set<String>
    }

    private static func event(_ opportunity: String, _ change: (inout [String: Any]) -> Void) throws -> [UInt8] {
        try TestDeals.event(opportunity: opportunity) { event in
            var data = event["data"] as? [String: Any] ?? [:]
            change(&data)
            event["data"] = data
        }
    }

    private static func cases() throws -> [Case] {
        [
            // What the contract refuses, what the catalog refuses (several at once), what a target refuses, and nothing.
            Case(
                opportunity: "O-SUM", event: try event("O-SUM") { $0["totalMinor"] = 99_999 },
                expected: ["amounts_do_not_add_up"]),
            Case(
                opportunity: "O-CAT",
                event: try event("O-CAT") { data in
                    data["legalEntity"] = "XX99"
                    var line = (data["lines"] as? [[String: Any]])?.first ?? [:]
                    line["service"] = "NO-SUCH"
                    data["lines"] = [line]
                }, expected: ["service_unknown", "entity_unmapped"]),
            Case(
                opportunity: "O-TAX", event: try event("O-TAX") { _ in },
                faults:
                    #"[{"verb":"determine_tax","effect":"refuse","code":"unknown_jurisdiction","text":"no such place"}]"#,
                expected: ["tax_unknown"]),
            Case(opportunity: "O-FINE", event: try event("O-FINE") { _ in }, expected: []),
        ]
    }

    @Test(
        "A19 validate answers in under a second with the findings that the worker then gives, and writes nothing",
        .timeLimit(.minutes(2)))
    func sameFindings() async throws {
        try await TestCompany.with(workers: 0) { company in
            try await company.schema.putInForce(CatalogFolder(at: repositoryRoot + "/Catalog").catalog)
            try await TestGateway.bind(TestGateway.queue, at: company.broker)
            let worker = try company.startWorker("deal-events")
            try await TestGateway.run([], at: company.broker, settings: try Self.settings(company)) { gateway in
                for one in try Self.cases() {
                    try await company.administer("PUT", "admin/faults", one.faults)
                    let before = try await Self.everything(company)
                    let start = ContinuousClock.now
                    let reply = try await gateway.send("/v1/validate", headers: Self.bearer, one.event)
                    let took = ContinuousClock.now - start
                    #expect(took < Self.second, "\(one.opportunity) took \(took)")
                    #expect(reply.status == 200, "\(reply.text)")
                    #expect(try await Self.everything(company) == before, "\(one.opportunity) left something behind")
                    let verdict = try JSONDecoder().decode(Judged.self, from: Data(reply.body))
                    #expect(verdict.valid == one.expected.isEmpty && verdict.notChecked.isEmpty, "\(reply.text)")
                    #expect(Set(verdict.findings.map(\.incidentClass.rawValue)) == one.expected, "\(reply.text)")
                    #expect(verdict.incidentClass == verdict.findings.first?.incidentClass.rawValue)

                    #expect(await company.publish(one.event) == .confirmed)
                    try await Self.compare(verdict.findings, of: one.opportunity, at: company)
                }
                #expect(await gateway.seen.first(4).count == 4, "only what the test itself published")
            }
            worker.signal(SIGTERM)
            #expect(await worker.waitForExit() == 0)
        }
    }

    /// Waits for what the worker makes of the deal, and compares.
    private static func compare(_ findings: [PlanFinding], of opportunity: String, at company: TestCompany) async throws
    {
        guard let refused = findings.refused else {
            try await eventually("\(opportunity) is planned and goes on to the next queue") {
                try await company.value("SELECT queue FROM handoffs WHERE opportunity = '\(opportunity)'")
                    == "project-provisioning"
            }
            return
        }
        // What a target refused has no place in the deal for the worker, and the gateway says the likeliest one.
        let isOfTarget = refused.incidentClass == .taxUnknown
        let story = (isOfTarget ? findings[0].text : refused.reason).replacing("'", with: "''")
        let sql = """
            SELECT count(*) FROM incidents WHERE class = '\(refused.incidentClass.rawValue)' AND story = '\(story)'
            """
        do {
            try await eventually("the worker says the same of \(opportunity)", within: .seconds(15)) {
                try await company.value(sql) == "1"
            }
        } catch {
            let said = try await company.value("SELECT string_agg(class || ': ' || story, ' | ') FROM incidents")
            Issue.record("\(opportunity): the gateway says \(refused), the worker \(said ?? "nothing")")
        }
    }

    @Test(
        "A19 with a target that hangs, validate answers in under a second and names what it could not look up",
        .timeLimit(.minutes(1)))
    func hanging() async throws {
        try await TestCompany.with(workers: 0) { company in
            try await company.schema.putInForce(CatalogFolder(at: repositoryRoot + "/Catalog").catalog)
            try await TestGateway.bind(TestGateway.queue, at: company.broker)
            try await company.administer("PUT", "admin/faults", #"[{"effect":"latency","latencyMs":5000}]"#)
            try await TestGateway.run([], at: company.broker, settings: try Self.settings(company)) { gateway in
                for one in try Self.cases() {
                    let start = ContinuousClock.now
                    let reply = try await gateway.send("/v1/validate", headers: Self.bearer, one.event)
                    let took = ContinuousClock.now - start
                    #expect(took < Self.second, "\(one.opportunity) took \(took)")
                    let verdict = try JSONDecoder().decode(Judged.self, from: Data(reply.body))
                    let isLookedUp = one.opportunity == "O-TAX" || one.opportunity == "O-FINE"
                    #expect(verdict.notChecked.isEmpty != isLookedUp, "\(reply.text)")
                    if !isLookedUp { #expect(Set(verdict.findings.map(\.incidentClass.rawValue)) == one.expected) }
                }
            }
        }
    }

    @Test(
        "the plan is every call that will be made, under the hash by which an event can insist on it",
        .timeLimit(.minutes(1)))
    func plan() async throws {
        try await TestCompany.with(workers: 0) { company in
            try await company.schema.putInForce(CatalogFolder(at: repositoryRoot + "/Catalog").catalog)
            try await TestGateway.bind(TestGateway.queue, at: company.broker)
            try await TestGateway.run([], at: company.broker, settings: try Self.settings(company)) { gateway in
                let before = try await Self.everything(company)
                let event = try Self.event("O-PLAN") { _ in }
                let reply = try await gateway.send("/v1/plan", headers: Self.bearer, event)
                let verdict = try JSONDecoder().decode(Judged.self, from: Data(reply.body))
                let document = try #require(verdict.plan, "\(reply.text)")
                #expect(verdict.valid && document.opportunity == "O-PLAN" && document.planHash?.isEmpty == false)
                let calls = try #require(document.plan?.calls)
                #expect(!calls.isEmpty && document.plan?.total.minorUnits == 100_000)
                #expect(try await Self.everything(company) == before)

                let other = try Self.event("O-PLAN") { $0["legalEntity"] = "XX99" }
                let wrong = try await gateway.send("/v1/plan", headers: Self.bearer, other)
                let refused = try JSONDecoder().decode(Judged.self, from: Data(wrong.body))
                #expect(!refused.valid && refused.plan?.plan == nil)
            }
        }
    }

    @Test("without the token nobody is answered, and a gateway without one answers nobody", .timeLimit(.minutes(1)))
    func tokens() async throws {
        let event = try Self.event("O-1") { _ in }
        try await TestGateway.with([], settings: ["BATON_GATEWAY_TOKEN": Self.token]) { gateway in
            for path in ["/v1/validate", "/v1/plan"] {
                for shown in [nil, "Bearer another token of length", "Bearer \(Self.token)x", Self.token] {
                    let headers = [("content-type", "application/json")] + (shown.map { [("authorization", $0)] } ?? [])
                    let reply = try await gateway.send(path, headers: headers, event)
                    #expect(reply.status == 401 && reply.headers["www-authenticate"] == "Bearer", "\(shown ?? "none")")
                }
                #expect(try await gateway.send(path, headers: Self.bearer, event).status == 200)
            }
        }
        try await TestGateway.with([]) { gateway in
            let reply = try await gateway.send("/v1/validate", headers: Self.bearer, event)
            #expect(reply.status == 403 && reply.text.contains("BATON_GATEWAY_TOKEN"))
        }
    }

    @Test(
        "without its catalog's database nothing is judged: 503 in under a second, and when to ask again",
        .timeLimit(.minutes(1)))
    func withoutCatalog() async throws {
        let settings = [
            "BATON_GATEWAY_TOKEN": Self.token, "BATON_POSTGRESQL_URL": "postgresql://nobody@127.0.0.1:1/nothing",
        ]
        try await TestGateway.with([], settings: settings) { gateway in
            let start = ContinuousClock.now
            let reply = try await gateway.send("/v1/validate", headers: Self.bearer, Self.event("O-1") { _ in })
            #expect(reply.status == 503 && reply.headers["retry-after"] == "5", "\(reply.text)")
            #expect(ContinuousClock.now - start < Self.second)
        }
    }

    /// What a gateway at the company needs, under a role that could write what it is not asked to.
    private static func settings(_ company: TestCompany) throws -> [String: String] {
        [
            "BATON_GATEWAY_TOKEN": token, "BATON_POSTGRESQL_SCHEMA": company.schema.name,
            "BATON_POSTGRESQL_URL": try TestServers.postgresql.replacing("//postgres@", with: "//baton_deal_events@"),
            "BATON_TARGETS_URL": company.targets.absoluteString,
        ]
    }

    /// How much there is in each table and of the targets' effects.
    private static func everything(_ company: TestCompany) async throws -> [String] {
        let tables = try await company.schema.database.query(
            Statement(
                unprepared:
                    "SELECT table_name::text FROM information_schema.tables WHERE table_schema = current_schema()"))
        var counts = [try String(contentsOfFile: company.effectsFile, encoding: .utf8)]
        for table in try tables.map({ try $0.value(0, as: String.self) }).sorted() {
            counts.append("\(table) \(try await company.value("SELECT count(*) FROM \"\(table)\"") ?? "")")
        }
        return counts
    }
}

/// A verdict as a client reads it.
private struct Judged: Decodable {
    let valid: Bool
    let incidentClass: String?
    let findings: [PlanFinding]
    let notChecked: [String]
    let plan: PlanDocument?

    private enum CodingKeys: String, CodingKey {
        case valid, findings, notChecked, plan
        case incidentClass = "class"
    }
}
