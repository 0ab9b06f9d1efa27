import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import SandboxSystems
import Testing

/// What a sandbox answered.
struct Reply: Sendable {
    let status: Int
    let headers: [String: String]
    let body: Data

    /// The body's top-level texts.
    subscript(field: String) -> String? { object[field] as? String }
    var object: [String: Any] { (try? JSONSerialization.jsonObject(with: body)) as? [String: Any] ?? [:] }
    var items: [[String: Any]] { object["items"] as? [[String: Any]] ?? [] }
    var errorCode: String? { (object["error"] as? [String: Any])?["code"] as? String }
    var isReplay: Bool { headers["idempotent-replay"] == "true" }
}

/// Speaks to a sandbox in its own words.
struct SandboxClient: Sendable {
    let port: Int

    /// Without new tries at connecting: a killed sandbox must be noticed at once.
    private static let http = {
        var configuration = HTTPClient.Configuration()
        configuration.connectionPool.retryConnectionEstablishment = false
        return HTTPClient(configuration: configuration)
    }()

    func get(_ path: String) async throws -> Reply { try await send("GET", path) }

    func send(
        _ method: String, _ path: String, _ body: String? = nil, key: String? = nil, correlationID: String? = "corr-1"
    ) async throws -> Reply {
        var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)\(path)")
        request.method = HTTPMethod(rawValue: method)
        if let key { request.headers.add(name: "Idempotency-Key", value: key) }
        if let correlationID { request.headers.add(name: "X-Correlation-ID", value: correlationID) }
        if let body { request.body = .bytes(ByteBuffer(string: body)) }
        let response = try await Self.http.execute(request, timeout: .seconds(20))
        let headers = response.headers.map { ($0.name.lowercased(), $0.value) }
        return Reply(
            status: Int(response.status.code), headers: Dictionary(headers, uniquingKeysWith: { $1 }),
            body: Data((try await response.body.collect(upTo: 64 << 20)).readableBytesView))
    }

    /// How many effects a key had.
    func effects(_ verb: String, key: String) async throws -> Int {
        let reply = try await get("/admin/effects?verb=\(verb)&key=\(key)")
        return reply.items.first?["count"] as? Int ?? 0
    }

    func customer(key: String = "cust") async throws -> String {
        try #require(await send("POST", "/erp/customers", Samples.customer(), key: key)["id"])
    }

    func project(key: String = "proj") async throws -> String {
        let customer = try await customer()
        return try #require(await send("POST", "/erp/projects", Samples.project(customer: customer), key: key)["id"])
    }
}

/// Bodies that the sandbox takes.
enum Samples {
    static func customer(name: String = "Acme", taxID: String = "DE811") -> String {
        #"{"name":"\#(name)","entity":"DE01","taxId":"\#(taxID)"}"#
    }

    static func project(customer: String, end: String = "2026-12-31") -> String {
        #"{"name":"Rollout","customerId":"\#(customer)","entity":"DE01","currency":"EUR","contract":"C-1","#
            + #""startDate":"2026-01-01","endDate":"\#(end)","manager":"m@example.com"}"#
    }

    static func schedule(project: String, amount: Int = 100) -> String {
        #"{"projectId":"\#(project)","customerId":"CUS-000001","currency":"EUR","#
            + #""lines":[{"number":1,"dueDate":"2026-02-01","amountMinor":\#(amount),"text":"Start"}]}"#
    }

    static let tasks = #"{"tasks":[{"line":"10","code":"PM","name":"Lead"},{"line":"20","code":"DV","name":"Build"}]}"#

    static func handoff(state: String = "waiting", version: Int = 1, of contract: String? = nil) -> String {
        let named = contract.map { #""contract":"\#($0)","# } ?? ""
        return #"{\#(named)"state":"\#(state)","since":"2026-01-01T00:00:00Z","sourceVersion":\#(version)}"#
    }
}

/// A folder of a test's own, removed at its end.
func withFolder<Value: Sendable>(_ body: (URL) async throws -> Value) async throws -> Value {
    let folder = FileManager.default.temporaryDirectory.appending(path: "sandbox-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer {
        do { try FileManager.default.removeItem(at: folder) } catch { Issue.record(error) }
    }
    return try await body(folder)
}

/// A sandbox in this process, on a free port and with a state file of its own.
func withSandbox(
    state: URL? = nil, billingDelay: Duration = .milliseconds(50), requestTime: Duration = .seconds(60),
    _ body: @Sendable @escaping (SandboxClient) async throws -> Void
) async throws {
    try await withFolder { folder in
        let settings = SandboxSettings(
            stateFile: (state ?? folder.appending(path: "state.jsonl")).path, billingDelay: billingDelay,
            requestTime: requestTime)
        let server = try SandboxServer(settings, note: { _ in })
        try await server.serve(while: { port in try await body(SandboxClient(port: port)) })
    }
}
