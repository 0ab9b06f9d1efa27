import Foundation
import FoundationNetworking
import RabbitMQ
import Testing

struct MissingVariable: Error, CustomStringConvertible {
    let name: String
    var description: String { "set \(name) to run the tests against a real broker" }
}

/// The broker that the tests run against, and its management API.
struct TestBroker {
    let settings: BrokerSettings
    private let api: String

    init() throws {
        var settings = try BrokerSettings(urls: [try Self.variable("BATON_TEST_AMQP")], connectionName: "baton-tests")
        settings.longestPause = .seconds(1)
        self.settings = settings
        api = try Self.variable("BATON_TEST_AMQP_API")
    }

    static func variable(_ name: String) throws -> String {
        guard let value = ProcessInfo.processInfo.environment[name], !value.isEmpty else {
            throw MissingVariable(name: name)
        }
        return value
    }

    /// Declares a queue with a name of its own, gives it to `body` and deletes it.
    func withQueue<Result>(
        arguments: [String: any Sendable] = [:], isolation: isolated (any Actor)? = #isolation,
        _ body: (String) async throws -> Result
    ) async throws -> Result {
        let name = "test-\(UUID().uuidString.lowercased())"
        try await declare(name, arguments: arguments)
        do {
            let result = try await body(name)
            try await delete(name)
            return result
        } catch {
            try await delete(name)
            throw error
        }
    }

    func declare(_ queue: String, arguments: [String: any Sendable] = [:]) async throws {
        let body = try JSONSerialization.data(withJSONObject: ["durable": true, "arguments": arguments])
        _ = try await call("PUT", "/api/queues/%2F/\(queue)", body: body)
    }

    func delete(_ queue: String) async throws {
        _ = try await call("DELETE", "/api/queues/%2F/\(queue)")
    }

    /// What the client with that connection name told the broker it understands.
    func capabilities(ofConnectionNamed name: String) async throws -> [String: Bool]? {
        let data = try await call("GET", "/api/connections")
        let list = try JSONSerialization.jsonObject(with: data) as? [[String: Any]] ?? []
        let properties = list.compactMap { $0["client_properties"] as? [String: Any] }
        return properties.first { $0["connection_name"] as? String == name }?["capabilities"] as? [String: Bool]
    }

    private func call(_ method: String, _ path: String, body: Data? = nil) async throws -> Data {
        var address = try #require(URLComponents(string: api))
        let login = "\(address.user ?? ""):\(address.password ?? "")"
        (address.user, address.password) = (nil, nil)
        let base = try #require(address.string)
        let url = try #require(URL(string: base + path))
        var request = URLRequest(url: url)
        request.httpMethod = method
        request.httpBody = body
        request.setValue("Basic " + Data(login.utf8).base64EncodedString(), forHTTPHeaderField: "Authorization")
        let (data, response) = try await URLSession.shared.data(for: request)
        let status = (response as? HTTPURLResponse)?.statusCode ?? 0
        try #require(status / 100 == 2 || status == 404, "\(method) \(path) answered \(status)")
        return data
    }
}
