import Foundation
import Mappings
import Settings
import Testing

@testable import GatewayService

/// HubSpot's webhooks only name deals: the gateway fetches them, in time or not at all.
@Suite struct HubSpotTests {
    private static let publicURL = "https://hooks.example.com"
    private static let path = "/v1/webhooks/hubspot"

    private static func source(_ api: String, token: String = StandInHubSpot.token) -> Source {
        Source.made(
            "hubspot", .hubspot, organisations: ["\(Signed.portal)"], publicURL: publicURL,
            api: Source.API(base: api, token: HiddenText(token), properties: []))
    }

    private static func change(
        _ object: Int = 123, at time: Int64 = 1_795_000_000_000, portal: Int = Signed.portal,
        subscription: String = "deal.propertyChange"
    ) -> String {
        """
        {"eventId":1,"subscriptionId":2345,"portalId":\(portal),"appId":4,"occurredAt":\(time),\
        "subscriptionType":"\(subscription)","attemptNumber":0,"objectId":\(object),"propertyName":"dealstage",\
        "propertyValue":"closedwon"}
        """
    }

    private static func body(_ changes: String...) -> [UInt8] { Array("[\(changes.joined(separator: ","))]".utf8) }

    private static func send(_ body: [UInt8], to gateway: TestGateway, age: Duration = .zero) async throws -> Reply {
        try await gateway.send(path, headers: Signed.hubspot(body, url: publicURL + path, age: age), body)
    }

    @Test(
        "a deal is fetched with its lines, company, parent and contacts, and goes out as one event for each change",
        .timeLimit(.minutes(1)))
    func fetched() async throws {
        try await StandInHubSpot.with { api, standIn in
            try await TestGateway.with([Self.source(api)]) { gateway in
                let body = Self.body(
                    Self.change(at: 1_795_000_002_000), Self.change(at: 1_795_000_001_000), Self.change(404),
                    Self.change(portal: 1), Self.change(subscription: "contact.creation"))
                let reply = try await Self.send(body, to: gateway)
                #expect(reply.status == 202, "\(reply.text)")
                #expect(try (reply.json["accepted"] as? [String])?.count == 2)
                #expect(try (reply.json["ignored"] as? [String])?.count == 3)
                let arrived = await gateway.seen.first(2)
                let ids = ["62515-2345-123-dealstage-1795000002000", "62515-2345-123-dealstage-1795000001000"]
                let names = arrived.compactMap { $0.properties.messageID?.split(separator: "-").dropLast() }
                #expect(names.map { $0.joined(separator: "-") } == ids)
                let event = try #require(try arrived.first?.event)
                #expect(event["type"] as? String == "hubspot.deal.v1")
                #expect(event["time"] as? String == "2026-11-18T11:06:42.000Z")
                let data = try #require(event["data"] as? [String: Any])
                func property(_ object: Any?, _ name: String) -> String? {
                    ((object as? [String: Any])?["properties"] as? [String: String])?[name]
                }
                #expect(property(data["deal"], "amount") == "1200.50")
                #expect(property(data["company"], "name") == "Acme")
                #expect(property(data["parentCompany"], "name") == "Group")
                #expect((data["lineItems"] as? [Any])?.map { property($0, "hs_sku") } == ["A", "B"])
                #expect((data["contacts"] as? [Any])?.map { property($0, "email") } == ["a@example.com"])
                #expect((data["event"] as? [String: Any])?["objectId"] as? Int == 123)
                let deals = standIn.paths.filter { $0.hasPrefix("GET") }
                #expect(deals.sorted() == ["GET /crm/v3/objects/deals/123", "GET /crm/v3/objects/deals/404"])
            }
        }
    }

    @Test(
        "L4 a HubSpot webhook is taken up to 300 s old, and not beyond nor when its time was changed",
        .timeLimit(.minutes(1)))
    func window() async throws {
        try await StandInHubSpot.with { api, _ in
            try await TestGateway.with([Self.source(api)]) { gateway in
                let body = Self.body(Self.change())
                for age in [Duration.seconds(301), .seconds(86_400), .seconds(-310)] {
                    #expect(try await Self.send(body, to: gateway, age: age).status == 401)
                }
                var headers = Signed.hubspot(body, url: Self.publicURL + Self.path, age: .seconds(301))
                headers[2].1 = String(Int64(Date().timeIntervalSince1970 * 1000))
                #expect(try await gateway.send(Self.path, headers: headers, body).status == 401)
                let elsewhere = Signed.hubspot(body, url: "https://other.example.com" + Self.path)
                #expect(try await gateway.send(Self.path, headers: elsewhere, body).status == 401)
                let fresh = try await Self.send(body, to: gateway, age: .seconds(290))
                #expect(fresh.status == 202, "\(fresh.text)")
                #expect(await gateway.seen.first(1).count == 1)
                #expect(try await gateway.depth(of: TestGateway.queue) == 0)
            }
        }
    }

    @Test(
        "with HubSpot silent, throttling or refusing the token nothing is published and it is asked to send again",
        .timeLimit(.minutes(1)))
    func away() async throws {
        for (mood, token) in [
            (StandInHubSpot.Mood.silent, StandInHubSpot.token), (.throttled, StandInHubSpot.token), (.well, "another"),
        ] {
            try await StandInHubSpot.with(mood) { api, _ in
                let settings = ["BATON_GATEWAY_REQUEST_TIME": "800ms", "BATON_GATEWAY_CONFIRM_TIME": "300ms"]
                try await TestGateway.with([Self.source(api, token: token)], settings: settings) { gateway in
                    let start = ContinuousClock.now
                    let reply = try await Self.send(Self.body(Self.change()), to: gateway)
                    #expect(reply.status == 503 && reply.headers["retry-after"] == "5", "\(mood)")
                    #expect(ContinuousClock.now - start < .seconds(5))
                    #expect(await gateway.seen.count == 0)
                }
            }
        }
    }

    @Test("what is fetched is what the mapping reads")
    func properties() {
        let fetch = HubSpotFetch()
        #expect(
            fetch.deal.contains("dealstage") && fetch.deal.contains("amount") && fetch.deal.contains("baton_version"))
        #expect(fetch.company.contains("name") && fetch.parentCompany.contains("name"))
        #expect(fetch.lineItems.contains("hs_sku") && fetch.contacts.contains("email"))
    }
}
