import Foundation
import Support
import Testing

@testable import GatewayService

/// What comes in over HTTP goes out over a real broker, or nothing does.
@Suite struct WebhookTests {
    static let docusign = Source.made("docusign", .docusign, organisations: ["account-1"])
    static let dynamics = Source.made("dynamics", .dynamics, place: .parameter("code"))
    static let relay = Source.made("crm", .salesforceChange)
    static let own = Source.made("own", .canonical)

    static let context = Array(
        #"{"MessageName":"Update","CorrelationId":"c-1","OperationId":"o-1","PrimaryEntityId":"p"}"#.utf8)
    static let code = Signed.secret.replacing(" ", with: "%20")

    @Test(
        "L9 a signed DocuSign envelope reaches deal-events, and sent again it is the same event",
        .timeLimit(.minutes(1)))
    func docusign() async throws {
        try await TestGateway.with([Self.docusign]) { gateway in
            let again = Signed.envelope(retryCount: 1)
            for body in [Signed.envelope(), again] {
                let reply = try await gateway.send("/v1/webhooks/docusign", headers: Signed.docusign(body), body)
                #expect(reply.status == 202, "\(reply.text)")
            }
            let arrived = await gateway.seen.first(2)
            let id = try #require(arrived.first?.properties.messageID)
            #expect(id.hasPrefix("3fa85f64-5717-4562-b3fc-2c963f66afa6-envelope-completed-"))
            for delivery in arrived {
                #expect(delivery.routingKey == "docusign.docusign.envelope.v1" && delivery.properties.messageID == id)
                let event = try delivery.event
                #expect(event["id"] as? String == id && event["source"] as? String == "docusign")
                #expect(event["time"] as? String == "2026-11-20T10:00:00.0000000Z")
            }
            let data = try #require(arrived.last?.event["data"] as? [String: Any])
            let sent = try #require(try JSONSerialization.jsonObject(with: Data(again)) as? [String: Any])
            #expect(NSDictionary(dictionary: data) == NSDictionary(dictionary: sent))
            try await eventually("both are in deal-events, and none is astray") {
                let depth = try await gateway.depth(of: "deal-events")
                let dead = try await gateway.depth(of: "deals.unrouted")
                return depth == 2 && dead == 0
            }
        }
    }

    @Test("L4 without the right signature or secret nothing is said and nothing is published", .timeLimit(.minutes(1)))
    func notAuthentic() async throws {
        try await TestGateway.with([Self.docusign, Self.dynamics, Self.relay, Self.own]) { gateway in
            let envelope = Signed.envelope()
            let other = Signed.envelope(opportunity: "007")
            let requests: [(String, [(String, String)], [UInt8])] = [
                ("docusign", [("content-type", "application/json")], envelope),
                ("docusign", Signed.docusign(envelope, secret: "another secret of a length"), envelope),
                ("docusign", Signed.docusign(envelope), other),
                ("docusign", Signed.docusign(envelope), envelope + [0x20]),
                ("dynamics", [("content-type", "application/json")], Self.context),
                ("dynamics?code=another%20secret", [("content-type", "application/json")], Self.context),
                ("crm", Signed.shown(secret: "another"), Array("{}".utf8)),
                ("own", [("content-type", "application/json"), ("authorization", Signed.secret)], Array("{}".utf8)),
            ]
            for (source, headers, body) in requests {
                let reply = try await gateway.send("/v1/webhooks/\(source)", headers: headers, body)
                #expect(reply.status == 401, "\(source)")
                let problem = try reply.json
                #expect(problem["type"] as? String == "urn:baton:problem:not-authentic" && problem["detail"] == nil)
            }
            // What follows is the first that arrives: nothing went before it.
            let reply = try await gateway.send(
                "/v1/webhooks/dynamics?code=\(Self.code)", headers: [("content-type", "application/json")], Self.context
            )
            #expect(reply.status == 202, "\(reply.text)")
            #expect(await gateway.seen.first(1).map(\.routingKey) == ["dynamics.dynamics.execution-context.v1"])
            #expect(try await gateway.depth(of: TestGateway.queue) == 0)
        }
    }

    @Test("L4 an account that is none of ours is refused, whoever signed", .timeLimit(.minutes(1)))
    func foreign() async throws {
        let source = Source.made("docusign", .docusign, organisations: ["account-2"])
        try await TestGateway.with([source]) { gateway in
            let body = Signed.envelope()
            let reply = try await gateway.send("/v1/webhooks/docusign", headers: Signed.docusign(body), body)
            #expect(reply.status == 403 && reply.text.contains("organisations"))
            #expect(try await gateway.depth(of: "deal-events") == 0)
        }
    }

    @Test("L4 changes out of order are all published as they came, each under its own id", .timeLimit(.minutes(1)))
    func order() async throws {
        try await TestGateway.with([Self.relay]) { gateway in
            for number in [3, 1, 2, 1] {
                let body = Array(
                    """
                    {"ChangeEventHeader":{"entityName":"Opportunity","recordIds":["006"],"transactionKey":"t-1",\
                    "sequenceNumber":\(number)},"StageName":"Closed Won"}
                    """.utf8)
                let reply = try await gateway.send("/v1/webhooks/crm", headers: Signed.shown(), body)
                #expect(reply.status == 202)
            }
            let ids = await gateway.seen.first(4).map { $0.properties.messageID }
            let places = ids.compactMap { $0?.split(separator: "-").dropLast().joined(separator: "-") }
            #expect(places == ["t-1-3-006", "t-1-1-006", "t-1-2-006", "t-1-1-006"])
            #expect(ids[1] == ids[3] && Set(ids).count == 3)
        }
    }

    @Test("Salesforce hears exactly its receipt once all notifications are safe", .timeLimit(.minutes(1)))
    func outbound() async throws {
        let source = Source.made(
            "salesforce", .salesforceOutbound, place: .parameter("code"), organisations: ["00D000000000001"])
        try await TestGateway.with([source]) { gateway in
            let path = "/v1/webhooks/salesforce?code=\(Self.code)"
            let headers = [("content-type", "text/xml; charset=UTF-8"), ("SOAPAction", "\"\"")]
            let reply = try await gateway.send(path, headers: headers, Self.outbound())
            #expect(reply.status == 200 && reply.headers["content-type"] == "text/xml")
            let receipt = """
                <?xml version="1.0" encoding="UTF-8"?>
                <soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body>\
                <notificationsResponse xmlns="http://soap.sforce.com/2005/09/outbound"><Ack>true</Ack>\
                </notificationsResponse></soapenv:Body></soapenv:Envelope>
                """
            #expect(reply.text == receipt)
            let arrived = await gateway.seen.first(2)
            let notifications = arrived.compactMap { $0.properties.messageID?.prefix(18) }
            #expect(notifications == ["04l000000000001AAA", "04l000000000002AAA"])
            #expect(Set(arrived.map(\.routingKey)) == ["salesforce.salesforce.outbound-message.v1"])
            let data = try #require(arrived.last?.event["data"] as? [String: Any])
            #expect((data["sObject"] as? [String: String])?["StageName"] == "Closed Won")

            let foreign = try await gateway.send(
                path, headers: headers, Self.outbound(organisation: "00D000000000002"))
            #expect(foreign.status == 403 && foreign.text.contains("organisations"))
            let wrong = try await gateway.send("/v1/webhooks/salesforce", headers: headers, Self.outbound())
            #expect(wrong.status == 401)
        }
    }

    @Test("an event of the contract goes on as it is, whatever source it names", .timeLimit(.minutes(1)))
    func canonical() async throws {
        try await TestGateway.with([Self.own]) { gateway in
            let headers = Signed.shown("application/cloudevents+json")
            let event = #"{"specversion":"1.0","id":"e-1","source":"erp","type":"deal.updated.v2","data":{"a":1}}"#
            let reply = try await gateway.send("/v1/webhooks/own", headers: headers, Array(event.utf8))
            #expect(reply.status == 202, "\(reply.text)")
            let arrived = try #require(await gateway.seen.first(1).first)
            #expect(arrived.routingKey == "own.deal.updated.v2")
            #expect(try arrived.event["source"] as? String == "erp", "who quarantines it has to see it")
            for wrong in [
                "[]", "{}", #"{"specversion":"1.0","id":"e","type":"deal.#","data":1}"#, "nothing",
                #"{"specversion":"1.0","id":"e","type":"deal.updated.v2","data":1e999}"#,
            ] {
                let reply = try await gateway.send("/v1/webhooks/own", headers: headers, Array(wrong.utf8))
                #expect(reply.status == 400, "\(wrong): \(reply.text)")
            }
        }
    }

    @Test("SEC-F1 an id that no row, header or log could hold is refused at the door", .timeLimit(.minutes(1)))
    func ids() async throws {
        try await TestGateway.with([Self.own]) { gateway async throws in
            func status(_ id: String) async throws -> Int {
                let event = #"{"specversion":"1.0","id":"\#(id)","source":"own","type":"deal.updated.v1","data":{}}"#
                return try await gateway.send("/v1/webhooks/own", headers: Signed.shown(), Array(event.utf8)).status
            }
            for id in [
                "gw\\u0000poison", "\\u001b[31m", "a b", "a\\n", "\\u007f", "\\u009b", "\\u202e", "é", "",
                String(repeating: "x", count: 129),
            ] {
                let refused = try await status(id)
                #expect(refused == 400, "\(id)")
            }
            for id in ["!", "~", String(repeating: "x", count: 128)] {
                let taken = try await status(id)
                #expect(taken == 202, "\(id)")
            }
        }
    }

    @Test("SEC-F20 a signed message that was made too long ago is refused", .timeLimit(.minutes(1)))
    func oldest() async throws {
        let settings = ["BATON_GATEWAY_OLDEST_SIGNED": "1h"]
        try await TestGateway.with([Self.docusign], settings: settings) { gateway in
            for (age, status) in [(3500.0, 202), (3700, 403)] {
                let made = Date(timeIntervalSinceNow: -age).ISO8601Format()
                let body = Array(
                    String(decoding: Signed.envelope(), as: UTF8.self)
                        .replacing("2026-11-20T10:00:00.0000000Z", with: made).utf8)
                let reply = try await gateway.send("/v1/webhooks/docusign", headers: Signed.docusign(body), body)
                #expect(reply.status == status, "\(reply.text)")
            }
        }
    }

    static func outbound(organisation: String = "00D000000000001") -> [UInt8] {
        let notifications = (1...2).map { number in
            """
            <Notification><Id>04l00000000000\(number)AAA</Id><sObject xsi:type="sf:Opportunity" \
            xmlns:sf="urn:sobject.enterprise.soap.sforce.com"><sf:Id>006000000000001AAA</sf:Id>\
            <sf:StageName>Closed Won</sf:StageName></sObject></Notification>
            """
        }
        return Array(
            """
            <?xml version="1.0" encoding="UTF-8"?>
            <soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" \
            xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">\
            <soapenv:Body><notifications xmlns="http://soap.sforce.com/2005/09/outbound">\
            <OrganizationId>\(organisation)</OrganizationId><ActionId>04k000000000001AAA</ActionId>\
            <SessionId xsi:nil="true"/><EnterpriseUrl>https://example.com</EnterpriseUrl>\
            <PartnerUrl>https://example.com</PartnerUrl>\(notifications.joined())</notifications></soapenv:Body>\
            </soapenv:Envelope>
            """.utf8)
    }
}
