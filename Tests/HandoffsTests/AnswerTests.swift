import Foundation
import RabbitMQ
import Support
import Testing

extension Fleets {
    @Suite(.serialized) struct AnswerTests {
        private struct Expected: Decodable {
            var file: String
            var routingKey: String
            var incidentClass: String
            var paths: [String]
        }

        @Test("A3 each disposition is published on handoffs, as the published schema says", .timeLimit(.minutes(1)))
        func dispositions() async throws {
            try await TestCompany.with { company in
                let answers = try await Mailbox.ofAnswers(at: company.broker)
                func say(_ event: [UInt8]) async throws -> HandoffAnswer.Content? {
                    let known = try await answers.dispositions(0).count
                    await company.send(event)
                    return try await answers.dispositions(known + 1).last?.data
                }
                let event = try TestDeals.event(id: "e-1", opportunity: "O-1", version: 2)
                let accepted = try await say(event)
                #expect(accepted?.outcome == "accepted")
                try await company.finished(1)
                let copy = try await say(event)
                #expect(copy?.outcome == "duplicate")
                let duplicate = try await say(try TestDeals.event(id: "e-2", opportunity: "O-1", version: 2))
                #expect(duplicate?.outcome == "duplicate")
                let stale = try await say(try TestDeals.event(opportunity: "O-1", version: 1))
                #expect(stale?.outcome == "stale")
                let conflict = try await say(try TestDeals.event(opportunity: "O-1", version: 2, total: 1))
                #expect(conflict?.outcome == "conflict")
                let ignored = try await say(try TestDeals.event(opportunity: "O-2", stage: "Commit"))
                #expect(ignored?.outcome == "ignored")
                let rejected = try await say(try TestDeals.event(opportunity: "O-3", version: 0))
                #expect(rejected?.outcome == "rejected")
                #expect(rejected?.findings?.map(\.path) == ["$.data.version"])
                #expect(Set([accepted, copy, duplicate, stale, conflict].map { $0?.handoff }).count == 1)
                #expect([copy, duplicate, stale, conflict, ignored, rejected].allSatisfy { $0?.reason != nil })
                try await Self.judge(try await answers.all(), in: company.folder)
            }
        }

        @Test(
            "A17 what is not JSON or breaks the schema ends on the first attempt in an incident and a dead letter",
            .timeLimit(.minutes(1)))
        func deadOnTheFirstAttempt() async throws {
            try await TestCompany.with(workers: 0) { company in
                let fleet = try company.start()
                let dead = Mailbox(of: "deal-events.dead", at: company.broker)
                let wrong = try TestDeals.event(id: "wrong", opportunity: "O-1") { $0["data"] = ["opportunity": "O-1"] }
                let bodies = [Array("<deal/>".utf8), wrong]
                for body in bodies { await company.send(body) }
                // Both are handled at once, so either may be first.
                let letters = try await Self.incidents(2, in: dead).sorted {
                    ($0.headers["baton-class"] ?? "") < ($1.headers["baton-class"] ?? "")
                }
                #expect(letters.map(\.body) == bodies)
                #expect(letters.map { $0.headers["baton-class"] } == ["not_json", "wrong_schema"])
                #expect(letters[0].headers["baton-reason"]?.contains("is no JSON at byte 0") == true)
                #expect(letters[1].headers["baton-reason"]?.contains("$.data.contract ") == true)
                #expect(letters.map { $0.headers["baton-attempts"] } == ["0", "0"])
                // The same worker goes on.
                try await company.send(TestDeals.event(opportunity: "O-2"))
                try await company.finished(1)
                let running = fleet.count { $0.isRunning }
                #expect(running == fleet.count)
                #expect(try await company.count("incidents WHERE state = 'open'") == 2)
                #expect(try await Self.incidents(2, in: dead).count == 2)
                // Each was handed out once: none was returned to be tried again.
                let isKept = try company.workerLogs().contains("kept and tried again")
                #expect(!isKept)
                #expect(await company.stop(fleet) == [0, 0, 0, 0])
                #expect(try await company.depths()["deal-events"] == 0)
            }
        }

        @Test("A17 every kind of bad input is a dead letter of its class; the worker lives on", .timeLimit(.minutes(2)))
        func everyKind() async throws {
            try await TestCompany.with { company in
                let dead = Mailbox(of: "deal-events.dead", at: company.broker)
                let folder = URL(fileURLWithPath: repositoryRoot + "/Queues/deal-events/examples/invalid")
                let expected = try JSONDecoder().decode(
                    [Expected].self, from: Data(contentsOf: folder.appending(path: "expected.json")))
                let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
                #expect(Set(files).subtracting(["expected.json"]) == Set(expected.map(\.file)))
                var cases = try expected.map { expected in
                    let body = Array(try Data(contentsOf: folder.appending(path: expected.file)))
                    // A type without `deal.` in its key does not come to this queue at all: see the test below.
                    let isRouted = expected.routingKey.contains(".deal.")
                    let key = isRouted ? expected.routingKey : "salesforce.deal.updated.v1"
                    return (key: key, body: body, incidentClass: expected.incidentClass, paths: expected.paths)
                }
                let key = "salesforce.deal.updated.v1"
                cases.append((key, Array(repeating: 32, count: 1_048_577), "too_large", ["$"]))
                cases.append((key, try Self.dealOfLines(2001), "too_many_lines", ["$.data.lines"]))
                for bad in cases {
                    #expect(
                        await company.publisher.publish([
                            Message(exchange: "deals", routingKey: bad.key, body: bad.body)
                        ]) == [.confirmed])
                    var letter: Letter?
                    try await eventually("\(bad.incidentClass) is a dead letter") {
                        letter = try await dead.all().first { $0.body == bad.body }
                        return letter != nil
                    }
                    #expect(letter?.headers["baton-class"] == bad.incidentClass)
                    #expect(letter?.body == bad.body, "\(bad.incidentClass)")
                    let reason = letter?.headers["baton-reason"] ?? ""
                    for path in bad.paths.prefix(5) { #expect(reason.contains(path + " ")) }
                }
                try await company.send(Self.dealOfLines(2000))
                try await company.finished(1)
                let incidents = Set(try await dead.all().map { $0.headers["baton-incident"] })
                #expect(incidents.count == cases.count)
                #expect(try await company.count("incidents WHERE state = 'open'") == cases.count)
            }
        }

        @Test("A17 an event that no binding matches is kept, apart from dead letters", .timeLimit(.minutes(1)))
        func unroutable() async throws {
            try await TestCompany.with(workers: 0) { company in
                let dead = Mailbox(of: "deals.unrouted", at: company.broker)
                let event = try TestDeals.event(opportunity: "O-1")
                await company.send(event, type: "invoice.paid.v1")
                #expect(try await dead.atLeast(1).map(\.body) == [event])
            }
        }

        /// One letter of each incident, in the order in which they came; waits for `count` of them.
        private static func incidents(_ count: Int, in dead: Mailbox) async throws -> [Letter] {
            var letters: [Letter] = []
            try await eventually("\(count) incidents are in \(dead.queue)") {
                var known: Set<String> = []
                letters = try await dead.all().filter { known.insert($0.headers["baton-incident"] ?? "-").inserted }
                return letters.count >= count
            }
            return letters
        }

        /// A deal with so many lines.
        private static func dealOfLines(_ count: Int) throws -> [UInt8] {
            try TestDeals.event(opportunity: "O-\(count)", total: count) { event in
                var data = event["data"] as? [String: Any] ?? [:]
                data["lines"] = (1...count).map { number in
                    [
                        "number": number, "service": "S", "description": "Line", "amountMinor": 1,
                        "billing": ["model": "fixed_fee", "installments": 1],
                    ] as [String: Any]
                }
                event["data"] = data
            }
        }

        /// Debian's schema checker finds nothing wrong with any answer.
        private static func judge(_ letters: [Letter], in folder: String) async throws {
            let names = letters.indices.map { "\(folder)/answer-\($0).json" }
            for (name, letter) in zip(names, letters) { try Data(letter.body).write(to: URL(fileURLWithPath: name)) }
            try await run(
                "/usr/bin/python3",
                [
                    "-c",
                    """
                    import json, sys, jsonschema
                    for name in sys.argv[2:]:
                        answer = json.load(open(name))
                        jsonschema.validate(answer, json.load(open(sys.argv[1] + "/" + answer["type"] + ".json")))
                    """, repositoryRoot + "/Queues/handoffs/schemas",
                ] + names)
        }
    }
}
