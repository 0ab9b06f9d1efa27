import AsyncHTTPClient
import Foundation
import HummingbirdTLS
import NIOCore
import NIOHTTP1
import Support
import Synchronization
import Testing

@testable import GatewayService

/// The gateway as the process that is installed: its secrets in files, its certificate, its end.
@Suite struct ProcessTests {
    @Test(
        "only TLS under the certificate's name is served, and SIGTERM lets what was begun be answered",
        .timeLimit(.minutes(1)))
    func life() async throws {
        try await Self.withFolder { folder in
            try await TestBroker.with { broker in
                try await TestGateway.bind(TestGateway.queue, at: broker)
                try await Self.makeCertificate(in: folder)
                let gateway = try Self.start(folder, at: broker)
                var port: Int?
                try await eventually("it listens: \(gateway.log)") {
                    port = gateway.log.firstMatch(of: /gateway listens.*"port":"(\d+)"|"port":"(\d+)".*gateway listens/)
                        .flatMap { Int($0.1 ?? $0.2 ?? "") }
                    return port != nil
                }
                let number = try #require(port)
                let limits = try String(contentsOfFile: "/proc/\(gateway.pid)/limits", encoding: .utf8)
                #expect(limits.contains(/Max core file size +0 +0/), "SEC-F24 a crash writes no secret to a disk")
                let suites = [("ECDHE-RSA-AES128-GCM-SHA256", true), ("ECDHE-RSA-AES128-SHA", false)]
                for (suite, isServed) in suites { #expect(try await Self.isServed(suite, at: number) == isServed) }
                try await Self.withClient(trusting: folder) { client in
                    let address = "https://localhost:\(number)"
                    #expect(await Self.status(of: "\(address)/openapi.json", client) == 200)
                    #expect(await Self.status(of: "https://127.0.0.1:\(number)/openapi.json", client) == nil)
                    #expect(await Self.status(of: "http://localhost:\(number)/openapi.json", client) == nil)
                    try await Self.stop(gateway, address, client)
                }
                #expect(gateway.log.contains("webhook taken") && !gateway.log.contains(Signed.secret))
            }
        }
    }

    @Test(
        "a certificate that is none, and a key without one, are reported with what to give instead",
        .timeLimit(.minutes(1)))
    func wrongFiles() async throws {
        try await Self.withFolder { folder in
            try await TestBroker.with { broker in
                try "nothing".write(toFile: folder + "/gateway.pem", atomically: true, encoding: .utf8)
                try "nothing".write(toFile: folder + "/gateway.key", atomically: true, encoding: .utf8)
                let gateway = try Self.start(folder, at: broker)
                #expect(await gateway.waitForExit() == 78)
                #expect(gateway.log.contains("BATON_GATEWAY_TLS_CERTIFICATE_FILE"), "\(gateway.log)")
                #expect(gateway.log.contains("BATON_GATEWAY_TLS_KEY_FILE"), "\(gateway.log)")
                let half = try Self.start(folder, at: broker, with: ["BATON_GATEWAY_TLS_KEY_FILE": ""])
                #expect(await half.waitForExit() == 78)
                #expect(half.log.contains("given together"), "\(half.log)")
            }
        }
    }

    /// Whether TLS 1.2 with that suite is spoken: SEC-F14 only what encrypts and authenticates in one is.
    private static func isServed(_ suite: String, at port: Int) async throws -> Bool {
        let openssl = Process()
        openssl.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
        openssl.arguments = ["s_client", "-connect", "127.0.0.1:\(port)", "-tls1_2", "-cipher", suite]
        openssl.standardInput = FileHandle.nullDevice
        openssl.standardOutput = FileHandle.nullDevice
        openssl.standardError = FileHandle.nullDevice
        do {
            try await openssl.runToEnd()
            return true
        } catch {
            return false
        }
    }

    /// Sends SIGTERM while a request is half there; the rest of it follows, and then its answer.
    private static func stop(_ gateway: ChildProcess, _ address: String, _ client: HTTPClient) async throws {
        let body = Array(#"{"EventUuid":"begun-before"}"#.utf8)
        try await withThrowingTaskGroup(of: UInt.self) { answers in
            var rest: AsyncStream<ByteBuffer>.Continuation?
            let refusals = Refusals()
            try await eventually("it is the one request that may be in work") {
                // The question may have the only place just when the request comes: then another is sent.
                if rest == nil || refusals.take() {
                    let (bytes, sender) = AsyncStream.makeStream(of: ByteBuffer.self)
                    let request = half(bytes, of: body.count, to: address)
                    answers.addTask {
                        let code = try await client.execute(request, timeout: .seconds(50)).status.code
                        if code == 429 { refusals.note() }
                        return code
                    }
                    sender.yield(ByteBuffer(bytes: body.prefix(10)))
                    rest = sender
                }
                return await status(of: "\(address)/v1/webhooks/crm", client, method: .POST) == 429
            }
            gateway.signal(SIGTERM)
            try await eventually("nothing new is taken") {
                await status(of: "\(address)/openapi.json", client) == nil
            }
            rest?.yield(ByteBuffer(bytes: body.dropFirst(10)))
            rest?.finish()
            var codes: [UInt] = []
            for try await code in answers where code != 429 { codes.append(code) }
            #expect(codes == [202])
            #expect(await gateway.waitForExit() == 0)
        }
    }

    /// Whether the newest request was refused.
    private final class Refusals: Sendable {
        private let isNoted = Mutex(false)

        func note() { isNoted.withLock { $0 = true } }
        /// Whether one was noted since the last time.
        func take() -> Bool {
            isNoted.withLock { noted in
                defer { noted = false }
                return noted
            }
        }
    }

    private static func half(
        _ bytes: AsyncStream<ByteBuffer>, of length: Int, to address: String
    ) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: "\(address)/v1/webhooks/crm")
        request.method = .POST
        for (name, value) in Signed.shown() { request.headers.add(name: name, value: value) }
        request.body = .stream(bytes, length: .known(Int64(length)))
        return request
    }

    private static func start(
        _ folder: String, at broker: TestBroker, with settings: [String: String] = [:]
    ) throws -> ChildProcess {
        try "sources: { crm: { kind: salesforce-change, secrets: [crm] } }".write(
            toFile: folder + "/sources.yml", atomically: true, encoding: .utf8)
        try (Signed.secret + "\n").write(toFile: folder + "/crm", atomically: true, encoding: .utf8)
        var environment = [
            "BATON_AMQP_URL": broker.url, "BATON_GATEWAY_SOURCES": folder + "/sources.yml",
            "BATON_GATEWAY_SECRETS": folder, "BATON_GATEWAY_PORT": "0", "BATON_HEALTH_PORT": "0",
            "BATON_GATEWAY_TLS_CERTIFICATE_FILE": folder + "/gateway.pem",
            "BATON_GATEWAY_TLS_KEY_FILE": folder + "/gateway.key", "BATON_GATEWAY_AT_ONCE": "1",
            "BATON_GATEWAY_REQUEST_TIME": "30s", "BATON_LOG_FORMAT": "json",
        ]
        environment.merge(settings) { _, given in given }
        return try ChildProcess("gateway", environment: environment, logFile: folder + "/log")
    }

    private static func status(
        of url: String, _ client: HTTPClient, method: HTTPMethod = .GET
    ) async -> UInt? {
        var request = HTTPClientRequest(url: url)
        request.method = method
        request.headers.add(name: "connection", value: "close")
        for (name, value) in Signed.shown() { request.headers.add(name: name, value: value) }
        return try? await client.execute(request, timeout: .seconds(5)).status.code
    }

    private static func withClient(
        trusting folder: String, _ body: (HTTPClient) async throws -> Void
    ) async throws {
        var configuration = HTTPClient.Configuration(timeout: .init(connect: .seconds(2)))
        configuration.httpVersion = .http1Only
        configuration.connectionPool.retryConnectionEstablishment = false
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.trustRoots = .file(folder + "/gateway.pem")
        configuration.tlsConfiguration = tls
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        let outcome: Result<Void, any Error>
        do {
            outcome = .success(try await body(client))
        } catch {
            outcome = .failure(error)
        }
        try await client.shutdown()
        try outcome.get()
    }

    private static func makeCertificate(in folder: String) async throws {
        let openssl = Process()
        openssl.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
        openssl.arguments = [
            "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext",
            "subjectAltName=DNS:localhost", "-keyout", folder + "/gateway.key", "-out", folder + "/gateway.pem",
        ]
        openssl.standardError = FileHandle.nullDevice
        try await openssl.runToEnd()
    }

    private static func withFolder(_ body: @Sendable (String) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: uniqueName("gateway")).path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await body(folder)
    }
}
