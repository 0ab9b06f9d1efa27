import AsyncHTTPClient
import Foundation
import NIOCore
import RabbitMQ
import Support
import Testing

@testable import GatewayService

/// What the gateway takes, how long it waits, and what it answers beyond.
@Suite struct LimitTests {
    private static func stream(_ buffer: ByteBuffer) -> AsyncStream<ByteBuffer> {
        AsyncStream { continuation in
            continuation.yield(buffer)
            continuation.finish()
        }
    }

    private static let sources = [WebhookTests.relay, WebhookTests.docusign]

    @Test("a body of exactly 1 MiB is taken, one byte more is too large, announced or not", .timeLimit(.minutes(1)))
    func size() async throws {
        try await TestGateway.with(Self.sources) { gateway in
            func sent(_ size: Int) -> [UInt8] { Array("{}".utf8) + [UInt8](repeating: 0x20, count: size - 2) }
            let fits = try await gateway.send("/v1/webhooks/crm", headers: Signed.shown(), sent(1_048_576))
            #expect(fits.status == 202, "\(fits.text)")
            let over = try await gateway.send("/v1/webhooks/crm", headers: Signed.shown(), sent(1_048_577))
            #expect(over.status == 413)
            #expect(try over.json["type"] as? String == "urn:baton:problem:too-large")

            var chunked = HTTPClientRequest(url: "http://127.0.0.1:\(gateway.port)/v1/webhooks/crm")
            chunked.method = .POST
            for (name, value) in Signed.shown() { chunked.headers.add(name: name, value: value) }
            chunked.body = .stream(Self.stream(ByteBuffer(bytes: sent(1_048_577))), length: .unknown)
            #expect(try await gateway.client.execute(chunked, timeout: .seconds(10)).status.code == 413)
        }
    }

    @Test("the size is a setting, and an event may never be over what the workers read", .timeLimit(.minutes(1)))
    func sizeSetting() async throws {
        try await TestGateway.with(Self.sources, settings: ["BATON_GATEWAY_MAX_BODY_BYTES": "2000000"]) { gateway in
            func sent(_ letters: Int) -> [UInt8] {
                Array("{\"EventUuid\":\"e\",\"text\":\"\(String(repeating: "x", count: letters))\"}".utf8)
            }
            let fits = try await gateway.send("/v1/webhooks/crm", headers: Signed.shown(), sent(1_048_000))
            #expect(fits.status == 202, "\(fits.text)")
            let over = try await gateway.send("/v1/webhooks/crm", headers: Signed.shown(), sent(1_048_570))
            #expect(over.status == 202 && over.text.contains("an event is over 1048576 bytes"), "\(over.text)")
            let arrived = await gateway.seen.first(2)
            #expect(arrived.map(\.routingKey) == ["crm.salesforce.change.v1", "crm.salesforce.unread.v1"])
            let last = try #require(arrived.first)
            #expect(last.body.count <= 1_048_576)
        }
    }

    @Test("SEC-F3 how much an XML message may hold is a setting", .timeLimit(.minutes(1)))
    func xml() async throws {
        let source = Source.made(
            "salesforce", .salesforceOutbound, place: .parameter("code"), organisations: ["00D5f000000abcD"])
        let message = try CaseFile.bytes("notification-again/message-1.xml")
        for (name, value, words) in [
            ("BYTES", "1024", "more than 1024 bytes"), ("DEPTH", "6", nil), ("ELEMENTS", "10", "more than 10 elements"),
        ] {
            try await TestGateway.with([source], settings: ["BATON_XML_MAX_\(name)": value]) { gateway in
                let reply = try await gateway.send(
                    "/v1/webhooks/salesforce?code=\(WebhookTests.code)", headers: [("content-type", "text/xml")],
                    message)
                #expect(reply.status == (words == nil ? 200 : 400), "\(name): \(reply.text)")
                if let words { #expect(reply.text.contains(words), "\(reply.text)") }
            }
        }
    }

    @Test("100 events at once are taken and 101 are not, all or none", .timeLimit(.minutes(1)))
    func batch() async throws {
        try await TestGateway.with(Self.sources) { gateway in
            func sent(_ count: Int) -> [UInt8] {
                let events = (1...count).map { "{\"EventUuid\":\"e-\(count)-\($0)\"}" }
                return Array("[\(events.joined(separator: ","))]".utf8)
            }
            let over = try await gateway.send("/v1/webhooks/crm", headers: Signed.shown(), sent(101))
            #expect(over.status == 413)
            let fits = try await gateway.send("/v1/webhooks/crm", headers: Signed.shown(), sent(100))
            #expect(fits.status == 202)
            let ids = await gateway.seen.first(100).map { $0.properties.messageID }
            #expect(zip(ids, 1...100).allSatisfy { $0?.hasPrefix("e-100-\($1)-") == true })
        }
    }

    @Test("a body that does not come in time is given up, and its connection closed", .timeLimit(.minutes(1)))
    func slow() async throws {
        let settings = ["BATON_GATEWAY_REQUEST_TIME": "400ms", "BATON_GATEWAY_CONFIRM_TIME": "100ms"]
        try await TestGateway.with(Self.sources, settings: settings) { gateway in
            let (rest, _) = AsyncStream.makeStream(of: ByteBuffer.self)
            var request = HTTPClientRequest(url: "http://127.0.0.1:\(gateway.port)/v1/webhooks/crm")
            request.method = .POST
            for (name, value) in Signed.shown() { request.headers.add(name: name, value: value) }
            request.body = .stream(rest, length: .known(Int64(100)))
            let start = ContinuousClock.now
            let response = try await gateway.client.execute(request, timeout: .seconds(10))
            #expect(response.status.code == 408)
            #expect(ContinuousClock.now - start < .seconds(5))
        }
    }

    @Test("only what is there, only by its method, only in its content type", .timeLimit(.minutes(1)))
    func found() async throws {
        try await TestGateway.with(Self.sources) { gateway in
            let body = Array("{}".utf8)
            #expect(try await gateway.send("/v1/webhooks/nobody", headers: Signed.shown(), body).status == 404)
            #expect(try await gateway.send("/v1/webhooks/", headers: Signed.shown(), body).status == 404)
            #expect(try await gateway.send("/v1/webhooks/crm/more", headers: Signed.shown(), body).status == 404)
            let get = try await gateway.send("/v1/webhooks/crm", method: "GET", headers: Signed.shown())
            #expect(get.status == 405 && get.headers["allow"] == "POST")
            for type in ["text/plain", "application/x-www-form-urlencoded", "text/xml"] {
                #expect(try await gateway.send("/v1/webhooks/crm", headers: Signed.shown(type), body).status == 415)
            }
            let packed = Signed.shown() + [("content-encoding", "gzip")]
            #expect(try await gateway.send("/v1/webhooks/crm", headers: packed, body).status == 415)
            let fine = Signed.shown("Application/JSON; charset=utf-8")
            #expect(try await gateway.send("/v1/webhooks/crm", headers: fine, body).status == 202)
        }
    }

    @Test("what a queue refuses is not answered as taken: 503, and when to send it again", .timeLimit(.minutes(1)))
    func refusedByBroker() async throws {
        try await TestBroker.with { broker in
            try await TestGateway.bind(TestGateway.queue, at: broker)
            try await TestGateway.bind(
                "full", at: broker, ["x-max-length": .integer(1), "x-overflow": .string("reject-publish")])
            try await TestGateway.run(Self.sources, at: broker) { gateway in
                let body = Signed.envelope()
                let first = try await gateway.send("/v1/webhooks/docusign", headers: Signed.docusign(body), body)
                #expect(first.status == 202, "\(first.text)")
                let second = try await gateway.send("/v1/webhooks/docusign", headers: Signed.docusign(body), body)
                #expect(second.status == 503 && second.headers["retry-after"] == "5")
                #expect(try second.json["type"] as? String == "urn:baton:problem:unavailable")
            }
        }
    }

    @Test("with the broker away a source hears 503 within the request's time", .timeLimit(.minutes(1)))
    func withoutBroker() async throws {
        try await TestGateway.with([]) { other in
            let settings = [
                "BATON_AMQP_URL": "amqp://guest:guest@127.0.0.1:1", "BATON_GATEWAY_REQUEST_TIME": "1s",
                "BATON_GATEWAY_CONFIRM_TIME": "300ms",
            ]
            try await TestGateway.run(Self.sources, at: other.broker, settings: settings) { gateway in
                let body = Signed.envelope()
                let start = ContinuousClock.now
                let reply = try await gateway.send("/v1/webhooks/docusign", headers: Signed.docusign(body), body)
                #expect(reply.status == 503 && reply.headers["retry-after"] == "5")
                #expect(ContinuousClock.now - start < .seconds(5))
            }
        }
    }
}
