import Foundation
import NIOCore
import Support
import Synchronization
import Testing

@testable import GatewayService

/// Who has no secret costs nobody a place, and little memory.
@Suite struct StrangerTests {
    private static let docusign = WebhookTests.docusign
    private static let sources = [WebhookTests.relay, docusign]

    /// A request of a stranger that announces a body and begins it.
    private static func begun(_ source: String, _ headers: String = "", body: String = "{") -> String {
        """
        POST /v1/webhooks/\(source) HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\
        \(headers)\r\n\(body)
        """
    }

    private static let signature = "X-DocuSign-Signature-1: forged\r\n"

    /// Opens `count` connections, sends `text` on each, and runs `body` while they stay open. One that expects to hear
    /// when it may go on has its place by then.
    private static func holding(
        _ count: Int, to gateway: TestGateway, _ text: String, _ body: @Sendable () async throws -> Void
    ) async throws {
        guard count > 0 else { return try await body() }
        try await RawConnection.with(port: gateway.port) { connection in
            try await connection.send(text)
            guard text.contains("Expect: ") else { return try await holding(count - 1, to: gateway, text, body) }
            try await connection.answered { first in
                #expect(first.hasPrefix("HTTP/1.1 100 "), "\(first)")
                try await holding(count - 1, to: gateway, text, body)
            }
        }
    }

    private static func sign(_ gateway: TestGateway) async throws -> Int {
        let body = Signed.envelope()
        return try await gateway.send("/v1/webhooks/docusign", headers: Signed.docusign(body), body).status
    }

    @Test("SEC-F11 strangers without a secret take no place of a source that shows one", .timeLimit(.minutes(3)))
    func sharedSecret() async throws {
        let settings = [
            "BATON_GATEWAY_AT_ONCE": "1", "BATON_GATEWAY_READING": "1", "BATON_GATEWAY_REQUEST_TIME": "60s",
        ]
        try await TestGateway.with(Self.sources, settings: settings) { gateway in
            try await Self.holding(20, to: gateway, Self.begun("crm")) {
                let status = try await gateway.send("/v1/webhooks/crm", headers: Signed.shown(), Array("{}".utf8))
                    .status
                #expect(status == 202)
            }
        }
    }

    @Test(
        "SEC-F11 what has to be read before its signature is seen has places of its own, some for each address",
        .timeLimit(.minutes(3)))
    func signed() async throws {
        let settings = [
            "BATON_GATEWAY_AT_ONCE": "1", "BATON_GATEWAY_READING": "3", "BATON_GATEWAY_READING_EACH": "2",
            "BATON_GATEWAY_REQUEST_TIME": "60s", "BATON_GATEWAY_PROXIES": "127.0.0.1",
        ]
        try await TestGateway.with(Self.sources, settings: settings) { gateway in
            @Sendable func forged(_ address: String) -> String {
                let caller = "X-Forwarded-For: 198.51.100.9, \(address)\r\n"
                return Self.begun("docusign", Self.signature + caller + "Expect: 100-continue\r\n", body: "")
            }
            try await eventually("the gateway takes what is signed") { try await Self.sign(gateway) == 202 }
            try await Self.holding(2, to: gateway, forged("203.0.113.7")) {
                let body = Signed.envelope()
                let headers = Signed.docusign(body) + [("X-Forwarded-For", "203.0.113.7")]
                let status = try await gateway.send("/v1/webhooks/docusign", headers: headers, body).status
                #expect(status == 429, "the address has no place any more")
                #expect(try await Self.sign(gateway) == 202, "another address has one")
                try await Self.holding(1, to: gateway, forged("2001:db8::1")) {
                    #expect(try await Self.sign(gateway) == 429, "none is left for anybody")
                    let status = try await gateway.send(
                        "/v1/webhooks/crm", headers: Signed.shown(), Array("{}".utf8)
                    ).status
                    #expect(status == 202, "who shows a secret needs none of them")
                }
            }
            try await eventually("who hangs up gives its place back") { try await Self.sign(gateway) == 202 }
        }
    }

    @Test(
        "SEC-F12 the bodies of strangers are held up to a sum of bytes, and proven ones beside it",
        .timeLimit(.minutes(3)))
    func bytes() async throws {
        let settings = ["BATON_GATEWAY_UNPROVEN_BYTES": "1048576", "BATON_GATEWAY_REQUEST_TIME": "60s"]
        try await TestGateway.with(Self.sources, settings: settings) { gateway in
            let half = String(repeating: " ", count: 90_000)
            try await eventually("the gateway takes what is signed") { try await Self.sign(gateway) == 202 }
            try await Self.holding(13, to: gateway, Self.begun("docusign", Self.signature, body: half)) {
                let body = Signed.envelope() + [UInt8](repeating: 0x20, count: 90_000)
                func status() async throws -> Int {
                    try await gateway.send("/v1/webhooks/docusign", headers: Signed.docusign(body), body).status
                }
                try await eventually("what strangers hold fills the sum") { try await status() == 429 }
                let large = Array("{}".utf8) + [UInt8](repeating: 0x20, count: 500_000)
                #expect(try await gateway.send("/v1/webhooks/crm", headers: Signed.shown(), large).status == 202)
            }
            try await eventually("it is free again") { try await Self.sign(gateway) == 202 }
        }
    }

    @Test(
        "SEC-F12 connections are bounded, of all and of each address", .timeLimit(.minutes(3)),
        arguments: [true, false])
    func connections(isProxy: Bool) async throws {
        var settings = ["BATON_GATEWAY_CONNECTIONS": "5", "BATON_GATEWAY_CONNECTIONS_EACH": isProxy ? "1" : "5"]
        if isProxy { settings["BATON_GATEWAY_PROXIES"] = "127.0.0.1" }
        try await TestGateway.with(Self.sources, settings: settings) { gateway in
            try await Self.holding(5, to: gateway, "") {
                let answer = try await RawConnection.with(port: gateway.port) { try await $0.everything() }
                #expect(answer.isEmpty, "it is closed at once")
            }
            try await eventually("the next is served") { (try? await Self.sign(gateway)) == 202 }
        }
    }

    @Test("SEC-F17 a request has one Host, and who waits for 100 Continue hears it", .timeLimit(.minutes(3)))
    func hosts() async throws {
        try await TestGateway.with(Self.sources) { gateway in
            for hosts in ["", "Host: a\r\nHost: b\r\n", "Host: a\r\nhOST: a\r\n"] {
                let answer = try await RawConnection.with(port: gateway.port) { connection in
                    try await connection.send("GET /openapi.json HTTP/1.1\r\n\(hosts)\r\n")
                    return try await connection.everything()
                }
                #expect(answer.hasPrefix("HTTP/1.1 400 "), "\(hosts): \(answer)")
            }
            let answer = try await RawConnection.with(port: gateway.port) { connection in
                let head = "POST /v1/webhooks/crm HTTP/1.1\r\nHost: x\r\nContent-Type: application/json"
                let rest = "X-Webhook-Secret: \(Signed.secret)\r\nExpect: 100-continue\r\nContent-Length: 2"
                try await connection.send("\(head)\r\n\(rest)\r\nConnection: close\r\n\r\n")
                return try await connection.everything(answering: "{}")
            }
            #expect(answer.hasPrefix("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 202 "), "\(answer)")
            let stranger = try await RawConnection.with(port: gateway.port) { connection in
                let head = "POST /v1/webhooks/crm HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2"
                try await connection.send("\(head)\r\n\r\n")
                return try await connection.everything()
            }
            #expect(stranger.hasPrefix("HTTP/1.1 401 "), "\(stranger)")
        }
    }

    @Test(
        "SEC-F19 who was refused is in the log, and answers say nothing may be guessed of them", .timeLimit(.minutes(3))
    )
    func traces() async throws {
        let log = Recorder()
        let settings = ["BATON_GATEWAY_TOKEN": "a token of some length"]
        try await TestBroker.with { broker in
            try await TestGateway.bind(TestGateway.queue, at: broker)
            try await TestGateway.run(Self.sources, at: broker, settings: settings, logger: log.logger) { gateway in
                let claim = [("X-Forwarded-For", "192.0.2.1, 192.0.2.2")]
                let body = Signed.envelope()
                for (path, headers) in [
                    ("/v1/webhooks/crm", Signed.shown(secret: "wrong")),
                    ("/v1/webhooks/docusign", Signed.docusign(body, secret: "wrong")), ("/v1/validate", []),
                ] {
                    let reply = try await gateway.send(path, headers: headers + claim, body)
                    #expect(reply.status == 401 && reply.headers["x-content-type-options"] == "nosniff")
                    #expect(reply.headers["strict-transport-security"] == nil, "it came over plain HTTP")
                }
                _ = try await gateway.send("/v1/webhooks/crm", headers: Signed.shown() + claim, Array("nothing".utf8))
            }
        }
        let refused = log.lines.filter { $0.metadata["from"] != nil }
        #expect(refused.count == 4)
        for line in refused {
            #expect(line.metadata["from"] == "127.0.0.1" && line.metadata["forwardedFor"] == "192.0.2.1,192.0.2.2")
        }
        #expect(refused.last?.level == .error && refused.last?.metadata["reason"]?.contains("no JSON") == true)
        #expect(!log.lines.contains { "\($0)".contains("wrong") || "\($0)".contains(Signed.secret) })
    }

    @Test("SEC-F11 a caller is who a trusted proxy speaks for, and of IPv6 its network")
    func callers() {
        let proxies: Set = ["10.0.0.1", "10.0.0.2"]
        func caller(_ peer: String?, _ forwarded: String...) -> Caller {
            Caller(peer: peer, forwardedFor: forwarded, proxies: proxies)
        }
        #expect(caller("192.0.2.1", "203.0.113.1").address == "192.0.2.1", "anybody can claim")
        #expect(caller("10.0.0.1", "198.51.100.1, 203.0.113.1").address == "203.0.113.1")
        #expect(caller("10.0.0.1", "198.51.100.1", "203.0.113.1,10.0.0.2").address == "203.0.113.1")
        #expect(caller("10.0.0.1", "nonsense").address == "10.0.0.1")
        #expect(caller("10.0.0.1").address == "10.0.0.1" && caller(nil).address == "unknown")
        #expect(caller("2001:db8:1:2:3:4:5:6").network == caller("2001:db8:1:2::1").network)
        #expect(caller("2001:db8:1:2::1").network != caller("2001:db8:1:3::1").network)
        #expect(caller("::ffff:192.0.2.1").network == "192.0.2.1")
        #expect(caller("192.0.2.1", String(repeating: "x", count: 5000)).forwarded?.count == 200)
    }
}
