import Deals
import Foundation
import Support
import Testing

@testable import Handoffs

extension Fleets {
    @Suite(.serialized) struct PlanBeforeRunTests {
        @Test(
            "M8 what plan says is what runs, call by call and field by field, over all examples, and it writes nothing",
            .timeLimit(.minutes(8)))
        func corpus() async throws {
            let corpus = try Corpus()
            try await TestCompany.with(settings: ["BATON_CATALOG_REFRESH": "0s"]) { company in
                try await company.schema.putInForce(corpus.catalog)
                var planned = 0
                for example in corpus.examples {
                    let file = company.folder + "/deal.json"
                    try Data(example.body).write(to: URL(fileURLWithPath: file))
                    let (effects, rows) = (try company.work(), try await company.rows())
                    let command = try await company.baton([
                        "plan", file, "--json", "--targets", company.targets.absoluteString,
                    ])
                    #expect(try company.work() == effects, "\(example.name)")
                    #expect(try await company.rows() == rows, "\(example.name)")
                    let document = try JSONDecoder().decode(PlanDocument.self, from: Data(command.output.utf8))
                    await company.send(example.body, source: example.source, type: example.type)
                    let ended = try await company.end(of: example.deal)
                    let done = try company.work().dropFirst(effects.count)
                    guard let plan = document.plan else {
                        #expect(command.status == 4 && done.isEmpty, "\(example.name)")
                        #expect(ended == document.findings.first?.incidentClass.rawValue, "\(example.name)")
                        continue
                    }
                    planned += 1
                    #expect(command.status == 0 && ended == "finished", "\(example.name): \(ended)")
                    #expect(Comparison(plan.calls, Array(done)).differences == [], "\(example.name)")
                    #expect(try await company.storedHash(of: example.deal) == document.planHash, "\(example.name)")
                }
                #expect(planned >= 11 && planned < corpus.examples.count)
            }
        }
    }
}

/// What was planned, beside what was done.
struct Comparison {
    private(set) var differences: [String] = []
    /// What each step brought, by its label.
    private var ids: [String: String] = [:]

    init(_ calls: [PlannedCall], _ done: [LoggedEffect]) {
        var left = done[...]
        for call in calls where call.verb != "announce" {
            guard call.isWrite else {
                ids[call.step] = Self.leaves(call.asks)["id"]
                continue
            }
            guard let effect = left.first, effect.verb == call.verb, effect.key == call.key else {
                if call.unless == nil {
                    differences.append("\(call.step) \(call.verb) is not \(left.first?.verb ?? "-")")
                }
                continue
            }
            left = left.dropFirst()
            ids[call.step] = effect.id
            compare(call, effect)
        }
        differences += left.map { "\($0.verb) was not planned" }
    }

    private mutating func compare(_ call: PlannedCall, _ effect: LoggedEffect) {
        var planned: [String: String] = [:]
        for (path, value) in Self.leaves(call.asks) {
            let value = value.hasPrefix("{") ? ids[String(value.dropFirst().dropLast())] ?? value : value
            planned[Self.wireName(path, of: call.verb)] = value
        }
        var asked = effect.asked.leaves()
        asked["externalReference"] = nil
        // Whose it is stands in the path. The PSA knows projects by a reference, which the state file has.
        if call.verb == "create_contact" { asked["customer"] = effect.subject }
        if planned.removeValue(forKey: "project") != nil, effect.subject == nil {
            differences.append("\(call.step) names no project")
        }
        if planned["taxId"] != nil { planned["taxId"] = asked["taxId"] ?? "is missing" }
        if let pattern = planned["number"], let number = asked["number"] {
            let stem = pattern.prefix { $0 != "{" }
            if number.hasPrefix(stem), number.dropFirst(stem.count).allSatisfy(\.isNumber) {
                planned["number"] = number
            }
        }
        for path in Set(planned.keys).union(asked.keys).sorted() where planned[path] != asked[path] {
            differences.append("\(call.step) \(path): \(planned[path] ?? "-") and not \(asked[path] ?? "-")")
        }
    }

    private static func leaves(_ asks: PlannedCall.Asks) -> [String: String] {
        guard let data = try? JSONEncoder().encode(asks),
            let value = try? JSONDecoder().decode(LoggedEffect.Value.self, from: data)
        else { return ["": "is no JSON"] }
        return value.leaves()
    }

    /// The sandbox's name of a field of the ports' records.
    private static func wireName(_ path: String, of verb: String) -> String {
        if verb == "create_tasks" {
            let phase = [
                "code": "phase.code", "name": "phase.name", "template.code": "phase.template",
                "template.version": "phase.templateVersion",
            ]
            if let name = phase[path] { return name }
        }
        let names = [
            "legalEntity": "entity", "taxID": "taxId", "parentID": "parentId", "customerID": "customerId",
            "projectID": "projectId", "start": "startDate", "end": "endDate", "values": "dimensions",
        ]
        let parts = path.split(separator: ".").map(String.init)
        return parts.map { names[$0] ?? $0 }.joined(separator: ".")
    }
}

extension TestCompany {
    /// Every effect but what the CRM was told, which comes in its own time.
    fileprivate func work() throws -> [LoggedEffect] { try sandboxLog().filter { $0.verb != "write_handoff" } }

    /// How many rows each table has that planning could touch.
    fileprivate func rows() async throws -> String? {
        let tables = [
            "handoffs", "deals", "plans", "steps", "journal", "claims", "numbers", "incidents", "events", "acts",
        ]
        return try await value(tables.map { "(SELECT count(*) FROM \($0))" }.joined(separator: " || ' ' || "))
    }

    /// Waits until the deal's handoff has ended; `finished`, or the class of its incident.
    fileprivate func end(of deal: Deal) async throws -> String {
        let handoff = """
            SELECT id FROM handoffs WHERE opportunity = '\(deal.opportunity)' AND contract = '\(deal.contract)'
                AND version = \(deal.version)
            """
        var ended: String?
        try await eventually("version \(deal.version) of \(deal.contract) has ended", within: .seconds(60)) {
            ended = try await value(
                """
                SELECT CASE state WHEN 'finished' THEN 'finished' WHEN 'parked' THEN
                    (SELECT class FROM incidents i WHERE i.handoff_id = h.id AND i.state = 'open' LIMIT 1) END
                FROM handoffs h WHERE id = (\(handoff))
                """)
            return ended != nil
        }
        return ended ?? "-"
    }

    /// The hash of the plan by which the handoff was carried out.
    fileprivate func storedHash(of deal: Deal) async throws -> String? {
        try await value(
            """
            SELECT p.body::jsonb #>> '{enrichment,planHash}' FROM plans p JOIN handoffs h ON h.id = p.handoff_id
            WHERE h.opportunity = '\(deal.opportunity)' AND h.contract = '\(deal.contract)'
                AND h.version = \(deal.version)
            """)
    }
}
