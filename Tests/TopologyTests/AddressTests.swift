import Foundation
import Testing

@testable import Topology

@Suite struct AddressTests {
    @Test(
        "plain HTTP is taken to this machine only",
        arguments: [
            "http://u:p@127.0.0.1:15672", "http://u:p@localhost:15672", "http://u:p@[::1]:15672", "https://u:p@broker",
        ])
    func taken(url: String) throws {
        #expect(try !ManagementAddress(url).description.contains("u:p"))
    }

    @Test(
        "plain HTTP to another host is refused unless it is allowed",
        arguments: ["http://u:p@broker:15672", "http://u:p@127.0.0.1.example:15672", "HTTP://u:p@10.0.0.1"])
    func refused(url: String) throws {
        let error = #expect(throws: TopologyError.self) { try ManagementAddress(url) }
        #expect(error?.description.contains("over plain HTTP") == true)
        #expect(throws: Never.self) { try ManagementAddress(url, allowingPlainHTTP: true) }
    }

    @Test(
        "an address that is none is refused without repeating it",
        arguments: ["", "broker", "amqp://u:sesame@127.0.0.1", "http://127.0.0.1:15672", "http://sesame@127.0.0.1"])
    func unusable(url: String) throws {
        let error = #expect(throws: TopologyError.self) { try ManagementAddress(url) }
        #expect(error?.description.contains("sesame") == false)
    }

    @Test("a wrong password says so, without the password", .timeLimit(.minutes(1)))
    func wrongPassword() async throws {
        var parts = try #require(URLComponents(string: try Broker.setting(Broker.api)))
        parts.password = "sesame"
        let error = await failure(of: try #require(parts.string))
        guard case .notAuthorized(_, let user, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(user == parts.user)
        #expect(error?.description.contains("sesame") == false)
    }

    @Test("a virtual host that is not there is named", .timeLimit(.minutes(1)))
    func noVirtualHost() async throws {
        let error = await failure(of: try Broker.setting(Broker.api), virtualHost: "no/such")
        #expect(error?.description.contains("rabbitmqctl add_vhost no/such") == true)
    }

    @Test("a port where nobody listens is unreachable, one that never answers times out", .timeLimit(.minutes(1)))
    func silence() async throws {
        let listener = try SilentListener()
        let silent = await failure(of: "http://u:p@127.0.0.1:\(listener.port)", timeout: .milliseconds(200))
        #expect(silent == .timedOut(address: "http://127.0.0.1:\(listener.port)"))
        listener.close()
        let closed = await failure(of: "http://u:p@127.0.0.1:\(listener.port)")
        guard case .unreachable = closed else {
            Issue.record("\(String(describing: closed))")
            return
        }
    }

    private func failure(
        of url: String, virtualHost: String = "/", timeout: Duration = .seconds(10)
    ) async -> TopologyError? {
        await #expect(throws: TopologyError.self) {
            let address = try ManagementAddress(url)
            return try await BrokerAdministration.with(address, virtualHost: virtualHost, timeout: timeout) {
                try await $0.plan(TopologyDescription())
            }
        }
    }
}

/// Takes connections, as the kernel does for it, and never says a word.
struct SilentListener {
    let port: UInt16
    private let descriptor: Int32

    init() throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        let result = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) + listen(descriptor, 8) + getsockname(descriptor, $0, &length)
            }
        }
        try #require(result == 0)
        port = UInt16(bigEndian: address.sin_port)
    }

    func close() {
        #expect(Foundation.close(descriptor) == 0)
    }
}
