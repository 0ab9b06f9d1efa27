import Foundation
import NIOCore
import Support
import Testing

@testable import GatewayService

/// What becomes of connections whose requests never end, or end too early.
@Suite struct ConnectionTests {
    private static let sources = [WebhookTests.relay]

    @Test(
        "an answer that does not wait for the body says that the connection is closed, and it is",
        .timeLimit(.minutes(1)))
    func endless() async throws {
        var settings = ["BATON_GATEWAY_REQUEST_TIME": "1s", "BATON_GATEWAY_CONFIRM_TIME": "300ms"]
        try await Self.expect([("POST", "/v1/plan", 403)], settings)
        settings["BATON_GATEWAY_TOKEN"] = "a token of some length"
        try await Self.expect(
            [
                ("POST", "/v1/webhooks/nobody", 404), ("GET", "/v1/webhooks/crm", 405), ("POST", "/openapi.json", 405),
                ("POST", "/v1/validate", 401), ("GET", "/openapi.json", 408), ("POST", "/v1/webhooks/crm", 401),
                ("POST", "/v1/webhooks/crm?secret", 408),
            ], settings)
    }

    @Test("an answer to a whole request leaves the connection open for the next", .timeLimit(.minutes(1)))
    func kept() async throws {
        try await TestGateway.with(Self.sources) { gateway in
            for path in ["/openapi.json", "/v1/webhooks/crm"] {
                let isPost = path.hasSuffix("crm")
                let reply = try await gateway.send(
                    path, method: isPost ? "POST" : "GET", headers: Signed.shown(), isPost ? Array("{}".utf8) : [])
                #expect((200..<300).contains(reply.status), "\(reply.text)")
                #expect(reply.headers["connection"] != "close")
            }
            let refused = try await gateway.send("/v1/webhooks/crm", headers: Signed.shown(secret: "wrong"), [0x7b])
            #expect(refused.status == 401 && refused.headers["connection"] == "close", "its body is not waited for")
        }
    }

    @Test("a client that hangs up in the middle of its request is no failure of the gateway", .timeLimit(.minutes(1)))
    func hangUp() async throws {
        let settings = ["BATON_GATEWAY_AT_ONCE": "1", "BATON_GATEWAY_REQUEST_TIME": "60s"]
        let log = Recorder()
        try await TestBroker.with { broker in
            try await TestGateway.bind(TestGateway.queue, at: broker)
            try await TestGateway.run(Self.sources, at: broker, settings: settings, logger: log.logger) { gateway in
                @Sendable func status() async throws -> Int {
                    try await gateway.send("/v1/webhooks/crm", headers: Signed.shown(), Array("{}".utf8)).status
                }
                // Where it comes after the request that asks, it is itself one too many.
                try await eventually("it is the one request that may be in work") {
                    try await RawConnection.with(port: gateway.port) { connection in
                        let head = """
                            POST /v1/webhooks/crm HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\
                            X-Webhook-Secret: \(Signed.secret)
                            """
                        try await connection.send("\(head)\r\n\r\n{")
                        return try await status() == 429
                    }
                }
                try await eventually("it is given up") { try await status() == 202 }
            }
        }
        #expect(log.errors == [])
    }

    /// Begins each request, never ends it, and expects that status and the end of the connection.
    private static func expect(
        _ requests: [(method: String, path: String, status: Int)], _ settings: [String: String]
    ) async throws {
        try await TestGateway.with(sources, settings: settings) { gateway in
            for request in requests {
                let start = ContinuousClock.now
                let answer = try await RawConnection.with(port: gateway.port) { connection in
                    let secret = request.path.hasSuffix("?secret") ? "\r\nX-Webhook-Secret: \(Signed.secret)" : ""
                    let line = "\(request.method) \(request.path) HTTP/1.1"
                    let head = "\(line)\r\nHost: x\r\nTransfer-Encoding: chunked\(secret)"
                    try await connection.send("\(head)\r\n\r\n1\r\n{\r\n")
                    return try await connection.everything()
                }
                #expect(answer.hasPrefix("HTTP/1.1 \(request.status) "), "\(request): \(answer)")
                #expect(answer.lowercased().contains("\r\nconnection: close\r\n"), "\(request): \(answer)")
                // An idle connection is closed too, much later.
                #expect(ContinuousClock.now - start < .seconds(30), "\(request)")
            }
        }
    }
}
