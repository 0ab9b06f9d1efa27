import Foundation
import RabbitMQ
import Support
import Testing

extension Fleets {
    @Suite(.serialized) struct CompletenessTests {
        private static let type = "deal.updated.v2"

        @Test(
            "A4 an incomplete deal is answered with all that is missing and its owners; nothing is made or handed on",
            .timeLimit(.minutes(1)))
        func incomplete() async throws {
            try await TestCompany.with { company in
                let answers = try await Mailbox.ofAnswers(at: company.broker)
                let sent = [
                    try Self.event("O-bare") { $0 = ["stage": $0["stage"] ?? ""] },
                    try Self.event("O-region") { $0["deliveryRegion"] = nil },
                    try Self.event("O-terms") { $0["billingTerms"] = nil },
                ]
                for event in sent { await company.send(event, type: Self.type) }
                let refused = try await answers.dispositions(3)
                #expect(refused.map(\.data.outcome) == Array(repeating: "rejected", count: 3))
                #expect(refused.map(\.data.incidentClass) == Array(repeating: "mandatory_missing", count: 3))
                let findings = refused.map { $0.data.findings ?? [] }.sorted { $0.count > $1.count }
                #expect(findings.map(\.count) == [22, 2, 1])
                #expect(findings[1].map(\.owner) == ["finance", "finance"])
                #expect(findings[2].map(\.path) == ["$.data.deliveryRegion"])
                #expect(findings[2].map(\.owner) == ["project_operations"])
                // One that is complete ends behind them: what they were to do would have been done by then.
                try await company.send(TestDeals.event(opportunity: "O-good", correlationID: "good"))
                try await company.finished(1)
                #expect(Set(try company.effectsBesideStatus().map(\.correlationId)) == ["good"])
                #expect(try await company.count("handoffs") == 1)
                #expect(try await company.count("incidents WHERE class = 'mandatory_missing' AND state = 'open'") == 3)
            }
        }

        @Test(
            "A4 without any one mandatory field the worker answers its path and owner; nothing is made or handed on",
            .timeLimit(.minutes(1)))
        func eachOne() async throws {
            try await TestCompany.with { company in
                let answers = try await Mailbox.ofAnswers(at: company.broker)
                let mandatory = try Self.mandatory()
                #expect(mandatory.count == 22)
                for (path, _) in mandatory {
                    let names = path.split(separator: ".").dropFirst(2).map(String.init)
                    let event = try Self.event("O-\(names.joined(separator: "-"))") {
                        Self.remove(names[...], from: &$0)
                    }
                    await company.send(event, type: Self.type)
                }
                for answer in try await answers.dispositions(mandatory.count) {
                    let path =
                        "$.data."
                        + (answer.data.eventId ?? "").dropFirst("event-of-O-".count)
                        .replacingOccurrences(of: "-", with: ".")
                    #expect(answer.data.outcome == "rejected", "\(path)")
                    let isApproval = path.contains("approval") || path.contains("deliveryOwner")
                    #expect(answer.data.incidentClass == (isApproval ? "not_approved" : "mandatory_missing"), "\(path)")
                    #expect(answer.data.findings?.map(\.path) == [path])
                    #expect(answer.data.findings?.map(\.owner) == [mandatory[path] ?? ""], "\(path)")
                }
                try await company.send(TestDeals.event(opportunity: "O-good", correlationID: "good"))
                try await company.finished(1)
                #expect(Set(try company.effectsBesideStatus().map(\.correlationId)) == ["good"])
                #expect(try await company.count("handoffs") == 1)
                #expect(try await company.count("incidents WHERE state = 'open'") == mandatory.count)
            }
        }

        @Test(
            "B6 v1 and v2 are taken side by side; an unknown major version is a dead letter: unsupported_version",
            .timeLimit(.minutes(1)))
        func sideBySide() async throws {
            try await TestCompany.with { company in
                let answers = try await Mailbox.ofAnswers(at: company.broker)
                let dead = Mailbox(of: "deal-events.dead", at: company.broker)
                let unknown = try Self.event("O-unknown", type: "deal.updated.v3") { _ in }
                await company.send(try Self.event("O-grouped") { $0["legalEntity"] = "DE01" }, type: Self.type)
                await company.send(unknown, type: "deal.updated.v3")
                try await company.send(TestDeals.event(opportunity: "O-flat", correlationID: "flat"))
                let outcomes = try await answers.dispositions(3).map { answer in
                    "\(answer.data.outcome ?? "-") \(answer.data.incidentClass ?? "-")"
                }
                #expect(outcomes.sorted() == ["accepted -", "accepted -", "rejected unsupported_version"])
                #expect(
                    try await company.value(
                        "SELECT string_agg(opportunity, ' ' ORDER BY opportunity) FROM handoffs") == "O-flat O-grouped")
                var letter: Letter?
                try await eventually("the unknown version is a dead letter") {
                    letter = try await dead.all().first { $0.body == unknown }
                    return letter != nil
                }
                #expect(letter?.headers["baton-class"] == "unsupported_version")
            }
        }

        @Test(
            "A1 a deal that is not yet sold may be incomplete: it is acknowledged and recorded as ignored",
            .timeLimit(.minutes(1)))
        func notYetSold() async throws {
            try await TestCompany.with { company in
                let answers = try await Mailbox.ofAnswers(at: company.broker)
                let bare = try Self.event("O-bare") { $0 = ["stage": "Prospecting"] }
                let early = try Self.event("O-early") { data in
                    data["stage"] = "Negotiation"
                    data["sowHash"] = nil
                }
                for event in [bare, early] { await company.send(event, type: Self.type) }
                let ignored = try await answers.dispositions(2)
                #expect(ignored.map(\.data.outcome) == ["ignored", "ignored"])
                #expect(
                    try await company.value(
                        "SELECT string_agg(coalesce(opportunity, 'none'), ' ' ORDER BY opportunity) FROM events")
                        == "O-early none")
                #expect(try await company.count("events WHERE outcome = 'ignored' AND reason IS NOT NULL") == 2)
                #expect(try await company.count("incidents") == 0)
                #expect(try await company.count("handoffs") == 0)
            }
        }

        /// The path of each part that a bare deal lacks, with who can supply it, as the published examples say.
        private static func mandatory() throws -> [String: String] {
            struct Row: Decodable {
                var file: String
                var paths: [String]
                var owners: [String]?
            }
            let file = repositoryRoot + "/Queues/deal-events/examples/v2/invalid/expected.json"
            let rows = try JSONDecoder().decode([Row].self, from: Data(contentsOf: URL(fileURLWithPath: file)))
            let row = try #require(rows.first { $0.file == "everything-missing.json" })
            return Dictionary(uniqueKeysWithValues: zip(row.paths, row.owners ?? []))
        }

        private static func remove(_ names: ArraySlice<String>, from object: inout [String: Any]) {
            guard let name = names.first else { return }
            guard names.count > 1, var inner = object[name] as? [String: Any] else {
                object[name] = nil
                return
            }
            remove(names.dropFirst(), from: &inner)
            object[name] = inner
        }

        /// The smallest complete event of the grouped contract, with a data of `change`'s.
        private static func event(
            _ opportunity: String, type: String = type, _ change: (inout [String: Any]) -> Void
        ) throws -> [UInt8] {
            let file = repositoryRoot + "/Queues/deal-events/examples/v2/minimal-eur.json"
            let json = try JSONSerialization.jsonObject(with: try Data(contentsOf: URL(fileURLWithPath: file)))
            var event = json as? [String: Any] ?? [:]
            var data = event["data"] as? [String: Any] ?? [:]
            data["opportunity"] = opportunity
            change(&data)
            event["data"] = data
            event["type"] = type
            event["id"] = "event-of-\(opportunity)"
            return Array(try JSONSerialization.data(withJSONObject: event, options: [.sortedKeys]))
        }
    }
}
