import AsyncHTTPClient
import Connectors
import Foundation
import NIOCore
import SandboxSystems
import Testing

/// The three systems behind one adapter, with a hand on the other side.
struct Targets: Sendable {
    let base: String
    let erp: any ERP
    let psa: any PSA
    let crm: any CRM

    /// Tells the systems what to do wrong: a list of fault rules in JSON.
    func arm(_ rules: String) async throws {
        let (status, _) = try await admin("PUT", "/admin/faults", rules)
        #expect(status == 200)
    }

    func disarm() async throws { _ = try await admin("DELETE", "/admin/faults") }

    /// How many effects a key had at a verb.
    func effects(_ verb: String, key: String) async throws -> Int {
        let (_, body) = try await admin("GET", "/admin/effects?verb=\(verb)&key=\(key)")
        return ((body["items"] as? [[String: Any]])?.first?["count"] as? Int) ?? 0
    }

    /// What the systems hold under a path.
    func read(_ path: String) async throws -> [String: Any] { try await admin("GET", path).body }

    private func admin(
        _ method: String, _ path: String, _ body: String? = nil
    ) async throws -> (status: UInt, body: [String: Any]) {
        var request = HTTPClientRequest(url: base + path)
        request.method = .RAW(value: method)
        if let body { request.body = .bytes(ByteBuffer(string: body)) }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(10))
        let bytes = Data(try await response.body.collect(upTo: 1 << 20).readableBytesView)
        return (response.status.code, try JSONSerialization.jsonObject(with: bytes) as? [String: Any] ?? [:])
    }
}

/// Runs `body` against real systems of a test's own, as `adapter` speaks to them.
func withTargets(
    _ adapter: Adapter, billingDelay: Duration = .milliseconds(50),
    _ body: @Sendable @escaping (Targets) async throws -> Void
) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "connectors-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer {
        do { try FileManager.default.removeItem(at: folder) } catch { Issue.record(error) }
    }
    let state = folder.appending(path: "state.jsonl").path
    let server = try SandboxServer(SandboxSettings(stateFile: state, billingDelay: billingDelay))
    try await server.serve(while: { port in
        let base = "http://127.0.0.1:\(port)"
        try await withConnections { connections in
            try await body(
                Targets(
                    base: base, erp: adapter.erp(at: base, over: connections),
                    psa: adapter.psa(at: base, over: connections), crm: adapter.crm(at: base + "/", over: connections)))
        }
    })
}

/// Runs `body` with connections that are shut down at its end, whatever happens.
func withConnections(_ body: (HTTPConnections) async throws -> Void) async throws {
    let connections = HTTPConnections()
    do {
        try await body(connections)
    } catch {
        try await connections.shutdown()
        throw error
    }
    try await connections.shutdown()
}

/// A call that has time, or `time`.
func call(_ key: String, within time: Duration = .seconds(10)) -> Call {
    Call(key: key, correlationID: "corr-\(key)", deadline: .now + time)
}

enum Samples {
    static func customer(name: String = "Müller & Söhne / 1", taxID: String? = "DE811") -> CustomerRecord {
        CustomerRecord(name: name, legalEntity: "DE01", taxID: taxID, email: "a@example.com", parentID: nil)
    }

    static func project(customer: String, end: String = "2026-12-31") -> ProjectRecord {
        ProjectRecord(
            name: "Rollout", customerID: customer, legalEntity: "DE01", currency: "EUR", contract: "C-1", number: nil,
            start: "2026-01-01", end: end, manager: "m@example.com")
    }

    static let tasks = [
        TaskRecord(line: "10", code: "PM", name: "Lead"), TaskRecord(line: "20", code: "DV", name: "Build"),
    ]

    static func schedule(project: String, customer: String, amount: Int64 = 100) -> BillingScheduleRecord {
        BillingScheduleRecord(
            projectID: project, customerID: customer, currency: "EUR",
            lines: [.init(number: 1, dueDate: "2026-02-01", amountMinor: amount, text: "Start")])
    }

    static func status(_ state: String = "waiting", version: Int64 = 1) -> HandoffStatus {
        HandoffStatus(
            state: state, waitingOn: "ERP", since: "2026-01-01T00:00:00Z", nextTry: nil, projectID: "PRJ-1",
            customerID: nil, scheduleID: nil, sourceVersion: version)
    }
}
