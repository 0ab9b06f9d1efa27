import Deals
import Foundation
import Mappings
import Settings
import Support
import Testing

@testable import GatewayService

/// What the gateway publishes is what the worker takes, whatever way it came.
@Suite struct WorkerTests {
    @Test(
        "L4 what is replayed or comes out of order is taken and changes nothing: one handoff, of the latest version",
        .timeLimit(.minutes(1)))
    func outOfOrder() async throws {
        try await TestCompany.with(workers: 0) { company in
            try await TestGateway.bind(TestGateway.queue, at: company.broker)
            let worker = try company.startWorker("deal-events")
            try await TestGateway.run([WebhookTests.own], at: company.broker) { gateway in
                func send(_ version: Int) async throws {
                    let event = try TestDeals.event(id: "e-\(version)", opportunity: "O-1", version: version) {
                        $0["source"] = "own"
                    }
                    let headers = Signed.shown("application/cloudevents+json")
                    #expect(try await gateway.send("/v1/webhooks/own", headers: headers, event).status == 202)
                }
                try await send(2)
                try await eventually("version 2 has begun") {
                    try await company.value("SELECT count(*) FROM handoffs WHERE opportunity = 'O-1'") == "1"
                }
                try await send(1)
                try await send(2)
                try await send(1)
                #expect(await gateway.seen.first(4).map { $0.properties.messageID } == ["e-2", "e-1", "e-2", "e-1"])
                try await eventually("all are answered for") { try await gateway.depth(of: "deal-events") == 0 }
                try await eventually("the earlier one is stale, once") {
                    try await company.value(
                        "SELECT string_agg(event_id || ' ' || outcome, ',' ORDER BY event_id) FROM events")
                        == "e-1 stale,e-2 accepted"
                }
                #expect(try await company.value("SELECT string_agg(version::text, ',') FROM handoffs") == "2")
                #expect(try await company.value("SELECT count(*) FROM incidents") == "0")
            }
            worker.signal(SIGTERM)
            #expect(await worker.waitForExit() == 0)
        }
    }

    @Test(
        "L9 a signed envelope that Connect sends twice is one signature that waits for its deal; a forged one is none",
        .timeLimit(.minutes(1)))
    func signature() async throws {
        try await TestCompany.with(workers: 0) { company in
            try await TestGateway.bind(TestGateway.queue, at: company.broker)
            let worker = try company.startWorker("deal-events")
            try await TestGateway.run([WebhookTests.docusign], at: company.broker) { gateway in
                let path = "/v1/webhooks/docusign"
                let forged = Signed.envelope("00000000-0000-4000-8000-000000000001")
                let headers = Signed.docusign(forged, secret: "another secret of a length")
                #expect(try await gateway.send(path, headers: headers, forged).status == 401)
                for count in 0...1 {
                    let body = Signed.envelope(retryCount: count)
                    #expect(try await gateway.send(path, headers: Signed.docusign(body), body).status == 202)
                }
                try await eventually("the signature waits") {
                    try await company.value("SELECT string_agg(envelope || ' ' || state, ',') FROM signatures")
                        == "3fa85f64-5717-4562-b3fc-2c963f66afa6 waiting"
                }
                try await eventually("both are answered for") { try await gateway.depth(of: "deal-events") == 0 }
                #expect(await gateway.seen.first(2).count == 2)
            }
            worker.signal(SIGTERM)
            #expect(await worker.waitForExit() == 0)
            #expect(try await company.value("SELECT count(*) FROM signatures") == "1")
            #expect(try await company.value("SELECT count(*) FROM incidents") == "0")
        }
    }

    @Test(
        "L6 the deal that is fetched upon HubSpot's webhook is read as the published sample of the same sale",
        .timeLimit(.minutes(1)))
    func hubSpot() async throws {
        let file = repositoryRoot + "/Queues/deal-events/examples/sources/hubspot-deal.json"
        let sample = [UInt8](try Data(contentsOf: URL(filePath: file)))
        let expected = try DealDocument.deal(in: sample, mappings: SourceMappings.all(), policies: .standard)
        let data = try #require(try JSON(reading: sample)["data"])
        try await StandInHubSpot.with(serving: try StandInHubSpot.answers(from: data)) { api, _ in
            let url = "https://hooks.example.com"
            let source = Source.made(
                "hubspot", .hubspot, organisations: ["\(Signed.portal)"], publicURL: url,
                api: Source.API(base: api, token: HiddenText(StandInHubSpot.token), properties: []))
            try await TestGateway.with([source]) { gateway in
                let path = "/v1/webhooks/hubspot"
                let body = JSON.array([try #require(data["event"])]).canonicalBytes
                let headers = Signed.hubspot(body, url: url + path)
                let reply = try await gateway.send(path, headers: headers, body)
                #expect(reply.status == 202, "\(reply.text)")
                let arrived = try #require(await gateway.seen.first(1).first)
                let decoder = DealEventDecoder(mappings: SourceMappings.all())
                guard case .handoff(let event) = try decoder.decode(body: arrived.body, routingKey: arrived.routingKey)
                else {
                    Issue.record("it starts nothing")
                    return
                }
                #expect(event.deal.canonicalBytes == expected.canonicalBytes)
            }
        }
    }
}
