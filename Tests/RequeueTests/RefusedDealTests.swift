import Foundation
import RabbitMQ
import Support
import Testing

/// What a program reads of a deal in a list.
struct ListedDeal: Decodable {
    var opportunity: String
    var state: String
    var incident: String?
    var lateBecause: String?
    var totalMinor: Int64
}

@Suite struct RefusedDealTests {
    /// A deal whose lines do not add up to its total.
    private func wrong(_ opportunity: String, version: Int = 1, id: String, customer: String = "Lange GmbH") throws
        -> [UInt8]
    {
        try TestDeals.event(id: id, opportunity: opportunity, version: version, customer: customer) { event in
            var data = event["data"] as? [String: Any] ?? [:]
            data["totalMinor"] = 99_000_000
            event["data"] = data
        }
    }

    private func desk(at company: TestCompany) -> SupportDesk {
        SupportDesk(schema: company.schema, broker: company.broker, publisher: company.publisher)
    }

    private func incidents(_ count: Int, at company: TestCompany) async throws {
        try await eventually("\(count) incidents") {
            try await company.value("SELECT count(*) FROM incidents") == "\(count)"
        }
    }

    @Test(
        "SUP-2.1 a refused deal is found by opportunity, contract, event, customer and amount, with each cure",
        .timeLimit(.minutes(1)))
    func found() async throws {
        try await TestCompany.with { company in
            let desk = desk(at: company)
            #expect(try await company.publish(wrong("O-9111", id: "sup-1")) == .confirmed)
            try await incidents(1, at: company)
            for key in ["O-9111", "CT-1", "sup-1"] {
                let shown = try await desk.baton("show", key)
                #expect(shown.status == 0, "\(key): \(shown.words)")
                for part in [
                    "O-9111 / CT-1 / version 1", "Lange GmbH", "990000.00 EUR", "rejected (amounts_do_not_add_up)",
                    "whose turn   sales operations", "Make the lines", "event        salesforce sup-1",
                ] { #expect(shown.output.contains(part), "\(part) is missing in:\n\(shown.output)") }
            }
            for filter in [["--deal", "O-9111"], ["--customer", "LANGE"], ["--late"], ["--state", "rejected"]] {
                let listed = try await desk.baton(["list", "--json"] + filter).decoded(as: [ListedDeal].self)
                #expect(listed.map(\.opportunity) == ["O-9111"] && listed.first?.totalMinor == 99_000_000)
                #expect(listed.first?.lateBecause == "data quality")
            }
            for filter in [["--deal", "O-9111"], ["--deal", "sup-1"], ["--customer", "lange"]] {
                let listed = try await desk.requeue(["list", "--json"] + filter).decoded(as: [ListedIncident].self)
                #expect(listed.map(\.opportunity) == ["O-9111"])
            }
            let table = try await desk.requeue("list")
            #expect(table.output.contains("O-9111/CT-1/1") && table.output.contains("990000.00 EUR"))
            #expect(table.words.contains("1 open incident, 990000.00 EUR held up"))
            let id = try #require(try await desk.value("SELECT id FROM incidents"))
            let report = try await desk.requeue("show", id)
            #expect(report.output.contains("sales operations: Make the lines"))
            #expect(try await desk.requeue("show", id, "--json").output.contains(#""cure" : "Make the lines"#))
        }
    }

    @Test(
        "SUP-2.1 the CRM is told whose turn a refused deal is, and a corrected version closes its incident",
        .timeLimit(.minutes(1)))
    func corrected() async throws {
        try await TestCompany.with { company in
            let desk = desk(at: company)
            #expect(try await company.publish(wrong("O-1", id: "v1")) == .confirmed)
            try await eventually("the CRM is told") {
                let told = try await desk.told("O-1", at: company)
                return told.contains("blocked") && told.contains("sales_operations")
            }
            #expect(try await company.publish(TestDeals.event(opportunity: "O-1", version: 2)) == .confirmed)
            try await eventually("version 2 is finished") {
                try await company.value("SELECT state FROM handoffs") == "finished"
            }
            #expect(
                try await desk.value("SELECT concat_ws(' ', state, resolution, why) FROM incidents")
                    == "closed superseded version 2 of contract CT-1 was accepted")
            let shown = try await desk.baton("show", "O-1").output
            #expect(shown.contains("because version 2 of contract CT-1 was accepted"))
            #expect(try await desk.baton("list", "--late", "--json").output.contains("O-1") == false)
        }
    }

    @Test(
        "SUP-2.2 repeats are counted, and the same bytes after a discard open round 2 of the case",
        .timeLimit(.minutes(1)))
    func repeated() async throws {
        try await TestCompany.with { company in
            let desk = desk(at: company)
            let body = try wrong("O-1", id: "v1")
            func publish(_ times: Int) async {
                for _ in 0..<times { #expect(await company.publish(body) == .confirmed) }
            }
            await publish(3)
            try await eventually("two repeats") {
                try await company.value("SELECT sum(repeats) FROM incidents") == "2"
            }
            #expect(try await desk.requeue("list").output.contains("came 3 times"))
            let id = try #require(try await desk.value("SELECT id FROM incidents"))
            #expect(try await desk.requeue("show", id).output.contains("seen         3 times"))
            #expect(try await desk.requeue("discard", id, "--reason", "corrected", "--yes").status == 0)
            await publish(1)
            try await incidents(2, at: company)
            let open = try await desk.requeue("list", "--json", "--newer-than", "1m").decoded(as: [ListedIncident].self)
            #expect(open.map(\.round) == [2])
            // The id that support noted stands for the case.
            let table = try await desk.requeue("list").output
            #expect(table.contains(String(id.prefix(8))))
            #expect(try await desk.requeue("discard", id, "--reason", "again", "--yes").output.contains("done: closed"))
            #expect(try await desk.value("SELECT count(*) FROM incidents WHERE state = 'open'") == "0")
        }
    }

    @Test(
        "CASE-K13 a refused event is filed under its deal and its own event id, also when it is moved back by hand",
        .timeLimit(.minutes(1)))
    func movedByHand() async throws {
        try await TestCompany.with { company in
            let desk = desk(at: company)
            let body = try SupportDesk.message("event-bad.json")
            #expect(await company.publish(body, type: "deal.updated.v2") == .confirmed)
            try await incidents(1, at: company)
            try await desk.depth(of: "deal-events.dead", reaches: 1)
            let copy = try #require(try await desk.letters(in: "deal-events.dead").first)
            #expect(
                await company.publisher.publish([
                    Message(
                        exchange: "", routingKey: "deal-events",
                        properties: Properties(messageID: copy.messageID), body: copy.body)
                ]) == [.confirmed])
            try await desk.depth(of: "deal-events", reaches: 0)
            try await eventually("it is seen that it came back") {
                try await company.value("SELECT count(*) + sum(repeats) FROM incidents") == "2"
            }
            #expect(try await desk.baton("show", "OPP-C47").status == 0)
            #expect(try await desk.baton("show", "c47-1").output.contains("OPP-C47 / CT-C47 / version 1"))
            let listed = try await desk.requeue("list", "--json", "--deal", "OPP-C47")
            #expect(try listed.decoded(as: [ListedIncident].self).isEmpty == false)
        }
    }

    @Test("SUP-2.8 customers are found in any case, in every alphabet", .timeLimit(.minutes(1)))
    func anyCase() async throws {
        try await TestCompany.with(workers: 0) { company in
            let desk = desk(at: company)
            let fleet = try company.startWorker("deal-events")
            let names = ["Zu Spät AG", "Großhandel Weiß KG", "ΌΜΙΛΟΣ ΑΕ", "Zu Spa\u{308}t Zwei AG"]
            for (place, name) in names.enumerated() {
                let body = try wrong("O-\(place)", id: "e-\(place)", customer: name)
                #expect(await company.publish(body) == .confirmed)
            }
            try await incidents(4, at: company)
            func found(_ text: String) async throws -> [String?] {
                try await desk.requeue("list", "--json", "--customer", text).decoded(as: [ListedIncident].self)
                    .map(\.opportunity).sorted { ($0 ?? "") < ($1 ?? "") }
            }
            #expect(try await found("ZU SPÄT") == ["O-0", "O-3"])
            #expect(try await found("grosshandel weiss") == ["O-1"])
            #expect(try await found("όμιλος") == ["O-2"])
            fleet.signal(SIGTERM)
            #expect(await fleet.waitForExit() == 0)
        }
    }
}
