import Deals
import Foundation
import Mappings
import Settings
import Support
import Testing

@testable import GatewayService

/// What other people's sources really send, from their request to what the worker makes of it.
@Suite struct CaseTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Cases")
    private static let publicURL = "https://hooks.example.com"

    private static func body(_ file: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: folder.appending(path: file)))
    }

    /// A company with one worker that takes events, and a gateway for `sources`.
    private static func with(
        _ sources: [Source], _ body: @Sendable (TestCompany, TestGateway) async throws -> Void
    ) async throws {
        try await TestCompany.with(workers: 0) { company in
            try await TestGateway.bind(TestGateway.queue, at: company.broker)
            let worker = try company.startWorker("deal-events")
            try await TestGateway.run(sources, at: company.broker) { try await body(company, $0) }
            worker.signal(SIGTERM)
            #expect(await worker.waitForExit() == 0)
        }
    }

    private static func eventually(_ what: String, _ company: TestCompany, _ sql: String, is value: String) async throws
    {
        try await Support.eventually("\(what): \(sql)") { try await company.value(sql) == value }
    }

    private static func accepted(_ reply: Reply) throws -> [String] {
        #expect(reply.status == 202, "\(reply.text)")
        return try reply.json["accepted"] as? [String] ?? []
    }

    @Test(
        "CASE-K1 one change event that stands for two records is two events, and sent again it is the same two",
        .timeLimit(.minutes(1)))
    func twoRecords() async throws {
        try await Self.with([WebhookTests.relay]) { company, gateway in
            var ids: [String] = []
            for file in ["body-two-records.json", "body-gap-two-records.json", "body-two-records.json"] {
                ids += try Self.accepted(
                    try await gateway.send(
                        "/v1/webhooks/crm", headers: Signed.shown(), try Self.body("two-records/\(file)")))
            }
            #expect(Set(ids).count == 4 && ids.prefix(2) == ids.suffix(2), "\(ids)")
            for (id, record) in zip(ids, ["0301", "0302", "0303", "0304"]) {
                #expect(id.contains("006ak00000T\(record)AAB"), "an id names its record: \(id)")
            }
            #expect(await gateway.seen.first(6).map { $0.properties.messageID } == ids)
            try await Self.eventually(
                "each record's opportunity has begun", company,
                "SELECT string_agg(opportunity, ',' ORDER BY opportunity) FROM handoffs",
                is: "OPP-C03A,OPP-C03B,OPP-C03C,OPP-C03D")
            try await Support.eventually("all are answered for") { try await gateway.depth(of: "deal-events") == 0 }
            #expect(try await company.value("SELECT count(*) FROM events WHERE outcome = 'accepted'") == "4")
            #expect(
                try await company.value("SELECT count(*) FROM incidents WHERE class IN ('wrong_schema', 'conflict')")
                    == "0")
        }
    }

    @Test(
        "CASE-K1 a notification sent again with newer data is another event, and with the same data the same one",
        .timeLimit(.minutes(1)))
    func newerData() async throws {
        let source = Source.made(
            "salesforce", .salesforceOutbound, place: .parameter("code"), organisations: ["00D5f000000abcD"])
        try await Self.with([source]) { company, gateway in
            for (number, versions) in [(1, "1"), (2, "1,2"), (1, "1,2")] {
                let reply = try await gateway.send(
                    "/v1/webhooks/salesforce?code=\(WebhookTests.code)",
                    headers: [("content-type", "text/xml; charset=utf-8")],
                    try Self.body("newer-data/message-\(number).xml"))
                #expect(reply.status == 200 && reply.text.contains("<Ack>true</Ack>"), "\(reply.text)")
                try await Self.eventually(
                    "message \(number) is taken", company,
                    "SELECT string_agg(version::text, ',' ORDER BY version) FROM handoffs WHERE opportunity = 'OPP-C04'",
                    is: versions)
            }
            let ids = await gateway.seen.first(3).map { $0.properties.messageID }
            #expect(ids[0] != ids[1] && ids[0] == ids[2], "\(ids)")
            #expect(ids.allSatisfy { $0?.hasPrefix("04l5f00000T04AAAA0-006ak00000T0401AAB-") == true })
            #expect(
                try await company.value("SELECT count(*) FROM incidents WHERE class IN ('wrong_schema', 'conflict')")
                    == "0")
        }
    }

    /// A HubSpot whose API answers with the folder's files, and its source.
    private static func withHubSpot(
        _ folder: String, _ body: @escaping @Sendable (Source, StandInHubSpot) async throws -> Void
    ) async throws {
        func objects(_ kind: String) throws -> [(name: String, value: JSON)] {
            guard case .object(let members) = try JSON(reading: Self.body("\(folder)/api/\(kind).json")) else {
                return []
            }
            return members.map { ($0.name, $0.value) }
        }
        var answers: [String: JSON] = [:]
        for (id, deal) in try objects("deals") { answers["/crm/v3/objects/deals/\(id)"] = deal }
        for kind in ["line_items", "companies", "contacts"] {
            answers["/crm/v3/objects/\(kind)/batch/read"] = ["results": .array(try objects(kind).map(\.value))]
        }
        try await StandInHubSpot.with(serving: answers) { api, standIn in
            let source = Source.made(
                "hubspot", .hubspot, organisations: ["\(Signed.portal)"], publicURL: publicURL,
                api: Source.API(base: api, token: HiddenText(StandInHubSpot.token), properties: []))
            try await body(source, standIn)
        }
    }

    private static func post(_ body: [UInt8], to gateway: TestGateway) async throws -> Reply {
        let path = "/v1/webhooks/hubspot"
        return try await gateway.send(path, headers: Signed.hubspot(body, url: publicURL + path), body)
    }

    @Test(
        "CASE-K5 a deal that others were merged into is fetched under the id it has now, or found under an old one",
        .timeLimit(.minutes(1)))
    func merged() async throws {
        try await Self.withHubSpot("merged-deal") { source, standIn in
            try await TestGateway.with([source]) { gateway in
                let merge = try Self.body("merged-deal/webhook-body.json")
                #expect(try Self.accepted(try await Self.post(merge, to: gateway)).count == 1)
                let old = String(decoding: merge, as: UTF8.self)
                    .replacing("\"newObjectId\": 17650001499,", with: "").replacing("deal.merge", with: "deal.creation")
                #expect(try Self.accepted(try await Self.post(Array(old.utf8), to: gateway)).count == 1)
                let arrived = await gateway.seen.first(2)
                let decoder = DealEventDecoder(mappings: SourceMappings.all())
                guard
                    case .handoff(let event) = try decoder.decode(
                        body: arrived[0].body, routingKey: arrived[0].routingKey)
                else {
                    Issue.record("the worker does not take it")
                    return
                }
                #expect(event.deal.key.opportunity == "OPP-C14")
                for (delivery, fetchedAs) in zip(arrived, [nil, "17650001401"]) {
                    let data = try #require(try JSON(reading: delivery.body)["data"])
                    #expect(data["deal"]?["id"]?.string == "17650001499")
                    #expect(data["event"]?["objectId"]?.identifier == "17650001401", "whoever looks for the old id")
                    #expect(data["fetchedAs"]?.string == fetchedAs)
                }
                let neither = String(decoding: merge, as: UTF8.self)
                    .replacing("17650001499", with: "1").replacing("17650001401", with: "2")
                let reply = try await Self.post(Array(neither.utf8), to: gateway)
                #expect(try (reply.json["unread"] as? [String])?.first?.contains("under none of its ids") == true)
                #expect(await gateway.seen.first(3).last?.routingKey == "hubspot.hubspot.unread.v1")
                #expect(standIn.paths.contains("GET /crm/v3/objects/deals/17650001499"))
            }
        }
    }

    @Test(
        "CASE-K7 an entry of a webhook that cannot be read becomes an incident, and the others are handed over",
        .timeLimit(.minutes(1)), arguments: ["body-one-without-time.json", "body-unknown-kind.json"])
    func badEntry(file: String) async throws {
        try await Self.withHubSpot("bad-entry") { source, _ in
            try await Self.with([source]) { company, gateway in
                let body = try Self.body("bad-entry/\(file)")
                for _ in 1...2 {
                    let reply = try await Self.post(body, to: gateway)
                    #expect(try Self.accepted(reply).count == 1)
                    #expect(
                        try (reply.json["unread"] as? [String])?.first?.contains("entry 2") == true, "\(reply.text)")
                }
                try await Self.eventually(
                    "the good entry's deal has begun", company, "SELECT string_agg(opportunity, ',') FROM handoffs",
                    is: "OPP-C19")
                try await Self.eventually(
                    "the other is an incident that says why", company,
                    "SELECT bool_or(story LIKE '%entry 2: it%') FROM incidents", is: "true")
                let keys = Set(await gateway.seen.first(4).map(\.routingKey))
                #expect(keys == ["hubspot.hubspot.deal.v1", "hubspot.hubspot.unread.v1"])
            }
        }
    }

    @Test(
        "CASE-K7 a notification or a relayed event that cannot be read does not keep those beside it back",
        .timeLimit(.minutes(1)))
    func otherReaders() async throws {
        let outbound = Source.made(
            "salesforce", .salesforceOutbound, place: .parameter("code"), organisations: ["00D000000000001"])
        try await TestGateway.with([outbound, WebhookTests.relay]) { gateway in
            let xml = String(decoding: WebhookTests.outbound(), as: UTF8.self)
                .replacing("<Id>04l000000000001AAA</Id>", with: "")
            let soap = try await gateway.send(
                "/v1/webhooks/salesforce?code=\(WebhookTests.code)", headers: [("content-type", "text/xml")],
                Array(xml.utf8))
            #expect(soap.status == 200 && soap.text.contains("<Ack>true</Ack>"))
            let relayed = Array(#"[{"EventUuid":"good"},17,{"EventUuid":"bad","x":1e999}]"#.utf8)
            let reply = try await gateway.send("/v1/webhooks/crm", headers: Signed.shown(), relayed)
            #expect(try Self.accepted(reply).count == 1)
            #expect(try (reply.json["unread"] as? [String])?.count == 2)
            let keys = await gateway.seen.first(5).map(\.routingKey)
            #expect(
                keys == [
                    "salesforce.salesforce.outbound-message.v1", "salesforce.salesforce.unread.v1",
                    "crm.salesforce.change.v1", "crm.salesforce.unread.v1", "crm.salesforce.unread.v1",
                ])
        }
    }

    @Test(
        "CASE-K7 a deal that HubSpot cannot give, or only a part of it, does not keep the others back",
        .timeLimit(.minutes(1)), arguments: ["deal", "line_items", "broken"])
    func unfetchable(part: String) async throws {
        try await Self.withHubSpot("bad-entry") { source, standIn in
            let good = "17650001901"
            switch part {
            case "deal": standIn.refuse("/crm/v3/objects/deals/7", with: 400)
            case "broken": standIn.serve("/crm/v3/objects/deals/7", text: "{\"id\":\"7\",\"id\":\"8\"}")
            default:
                standIn.serve(
                    "/crm/v3/objects/deals/7",
                    text: #"{"id":"7","properties":{},"associations":{"line items":{"results":[{"id":"bad"}]}}}"#)
                standIn.refuse("/crm/v3/objects/line_items/batch/read", with: 400, ifAsked: "\"bad\"")
            }
            try await TestGateway.with([source]) { gateway in
                let text = String(decoding: try Self.body("bad-entry/body-one-without-time.json"), as: UTF8.self)
                let entries = try #require(try JSON(reading: Array(text.utf8)).items)
                let first = String(decoding: entries[0].canonicalBytes, as: UTF8.self)
                let body = Array("[\(first.replacing(good, with: "7")),\(first)]".utf8)
                let reply = try await Self.post(body, to: gateway)
                #expect(try Self.accepted(reply).count == 1)
                #expect(try (reply.json["unread"] as? [String])?.first?.contains("deal 7: HubSpot") == true)
                let arrived = await gateway.seen.first(2)
                #expect(arrived.map(\.routingKey) == ["hubspot.hubspot.deal.v1", "hubspot.hubspot.unread.v1"])
            }
        }
    }
}
