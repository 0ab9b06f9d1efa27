import Foundation
import Testing

@testable import RabbitMQ

@Suite(.serialized) struct TLSTests {
    private func settings(authority: String) throws -> BrokerSettings {
        try BrokerSettings(
            urls: [try TestBroker.variable("BATON_TEST_AMQPS")], tls: TLSSettings(authorityFile: authority))
    }

    /// Why no connection came about.
    private func refusal(_ settings: BrokerSettings) async throws -> String {
        let log = EventLog()
        try await withPublisher(settings, log: log) { _ in
            try await eventually("refused") { !log.losses.isEmpty }
        }
        #expect(log.connections == 0)
        guard case .insecure(_, let reason) = log.losses.first else {
            Issue.record("\(log.losses)")
            return ""
        }
        return reason
    }

    @Test("a broker with the right name and authority is trusted, and large messages pass", .timeLimit(.minutes(1)))
    func trusted() async throws {
        let settings = try settings(authority: try TestBroker.variable("BATON_TEST_CA"))
        try await TestBroker().withQueue { queue in
            try await withPublisher(settings) { publisher in
                let body = [UInt8](repeating: 66, count: 1_000_000)
                let outcomes = await publisher.publish((0..<5).map { _ in .to(queue, body: body) })
                #expect(outcomes.allSatisfy { $0 == .confirmed })
                try await withConsumer(settings, queue: queue) { consumer, reader in
                    let deliveries = try await reader.next(5)
                    #expect(deliveries.allSatisfy { $0.body == body })
                    await consumer.settle(deliveries.map(\.tag))
                }
            }
        }
    }

    @Test("a broker whose certificate another authority signed is refused", .timeLimit(.minutes(1)))
    func wrongAuthority() async throws {
        try await withCertificates { folder in
            let reason = try await refusal(settings(authority: "\(folder)/ca.pem"))
            #expect(reason.contains("authority"))
        }
    }

    @Test("a broker whose certificate is for another name is refused", .timeLimit(.minutes(1)))
    func wrongName() async throws {
        try await withCertificates { folder in
            try await withTLSServer(folder, "other") { port in
                var settings = try settings(authority: "\(folder)/ca.pem")
                settings.addresses = [BrokerAddress(host: "localhost", port: port)]
                #expect(try await refusal(settings).contains("another name"))
            }
        }
    }

    @Test("a broker that speaks TLS 1.1 at best is refused", .timeLimit(.minutes(1)))
    func oldProtocol() async throws {
        try await withCertificates { folder in
            let old = ["-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0"]
            try await withTLSServer(folder, "localhost", arguments: old) { port in
                var settings = try settings(authority: "\(folder)/ca.pem")
                settings.addresses = [BrokerAddress(host: "localhost", port: port)]
                #expect(try await refusal(settings).contains("TLS 1.2"))
            }
        }
    }

    /// An authority of its own, and certificates for `localhost` and `other`.
    private func withCertificates(_ body: (String) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("baton-tls-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let key = ["-newkey", "rsa:2048", "-nodes", "-days", "2", "-x509"]
        try openssl(
            ["req", "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=test"] + key, in: folder)
        for name in ["localhost", "other"] {
            let extensions = ["-addext", "subjectAltName=DNS:\(name)", "-addext", "basicConstraints=critical,CA:FALSE"]
            try openssl(
                ["req", "-keyout", "\(name).key", "-out", "\(name).pem", "-subj", "/CN=\(name)"] + key
                    + ["-CA", "ca.pem", "-CAkey", "ca.key"] + extensions, in: folder)
        }
        try await body(folder.path)
        try FileManager.default.removeItem(at: folder)
    }

    private func withTLSServer(
        _ folder: String, _ name: String, arguments: [String] = [], _ body: (UInt16) async throws -> Void
    ) async throws {
        let port = UInt16.random(in: 20_000..<30_000)
        let server = Process()
        server.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
        server.arguments =
            ["s_server", "-quiet", "-accept", "\(port)", "-cert", "\(folder)/\(name).pem", "-key"]
            + ["\(folder)/\(name).key"] + arguments
        server.standardInput = Pipe()
        server.standardOutput = FileHandle.nullDevice
        server.standardError = FileHandle.nullDevice
        try server.run()
        defer {
            // Not terminate(): the child inherits a mask in which SIGTERM is blocked.
            kill(server.processIdentifier, SIGKILL)
            server.waitUntilExit()
        }
        try await eventually("the TLS server listens") { listens(port) }
        try await body(port)
    }

    private func listens(_ port: UInt16) -> Bool {
        let connection = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(connection) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(connection, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }

    private func openssl(_ arguments: [String], in folder: URL) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
        process.arguments = arguments
        process.currentDirectoryURL = folder
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "openssl \(arguments[0])")
    }
}
