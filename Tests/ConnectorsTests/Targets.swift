import AsyncHTTPClient
import Connectors
import Foundation
import NIOCore
import SandboxSystems
import Testing
import Twins

/// The three systems behind one adapter, with a hand on the other side.
struct Targets: Sendable {
    let base: String
    let erp: any ERP
    let psa: any PSA
    let crm: any CRM
    let tax: any Tax
    /// The systems in memory; nil where there are real ones behind an adapter.
    var twin: MemoryTargets?

    /// Tells the systems what to do wrong: a list of fault rules in JSON.
    func arm(_ rules: String) async throws {
        if let twin { return twin.arm(try Rule.faults(rules)) }
        let (status, _) = try await admin("PUT", "/admin/faults", rules)
        #expect(status == 200)
    }

    func disarm() async throws { _ = try await admin("DELETE", "/admin/faults") }

    /// How many effects a key had at a verb.
    func effects(_ verb: String, key: String) async throws -> Int {
        if let twin {
            return twin.effects(
                try #require(TargetVerb(rawValue: verb)), key: try #require(key.removingPercentEncoding))
        }
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
                    psa: adapter.psa(at: base, over: connections), crm: adapter.crm(at: base + "/", over: connections),
                    tax: adapter.tax(at: base, over: connections)))
        }
    })
}

/// Everything that must speak to systems as the ports say.
enum TargetSystem: Sendable, CustomTestStringConvertible {
    case adapter(Adapter)
    /// The systems in memory that the crash loop runs over.
    case twin

    static let all = Adapter.allCases.map(TargetSystem.adapter) + [.twin]

    var testDescription: String {
        switch self {
        case .adapter(let adapter): adapter.rawValue
        case .twin: "twin"
        }
    }
}

/// Runs `body` against systems of a test's own, real or in memory.
func withTargets(
    _ system: TargetSystem, billingDelay: Duration = .milliseconds(50),
    _ body: @Sendable @escaping (Targets) async throws -> Void
) async throws {
    switch system {
    case .adapter(let adapter): try await withTargets(adapter, billingDelay: billingDelay, body)
    case .twin:
        let twin = MemoryTargets(now: { .now }, billingDelay: billingDelay)
        let gate = DirectGate()
        try await body(
            Targets(
                base: "", erp: MemoryERP(twin, through: gate), psa: MemoryPSA(twin, through: gate),
                crm: MemoryCRM(twin, through: gate), tax: MemoryTax(twin, through: gate), twin: twin))
    }
}

/// A fault rule as the sandbox takes it, for the systems in memory.
private struct Rule: Decodable {
    let verb: String?
    let effect: String
    let count: Int?
    let retryAfterS: Int?
    let code, text: String?

    struct Unknown: Error {
        let effect: String
    }

    static func faults(_ rules: String) throws -> [TargetFault] {
        try JSONDecoder().decode([Rule].self, from: Data(rules.utf8)).map { rule in
            TargetFault(rule.verb.flatMap(TargetVerb.init), try rule.fault, count: rule.count)
        }
    }

    private var fault: TargetFault.Effect {
        get throws {
            switch effect {
            case "throttle": .throttle(retryAfter: .seconds(retryAfterS ?? 1))
            case "error": .error
            case "timeout_before": .timeoutBefore
            case "timeout_after": .timeoutAfter
            case "refuse": .refuse(code: code ?? "", text: text ?? "")
            default: throw Unknown(effect: effect)
            }
        }
    }
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
    static func customer(
        name: String = "Müller & Söhne / 1", entity: String = "DE01", taxID: String? = "DE811", parent: String? = nil
    ) -> CustomerRecord {
        CustomerRecord(name: name, legalEntity: entity, taxID: taxID, email: "a@example.com", parentID: parent)
    }

    static let contact = ContactRecord(role: "billing", name: "Änne / B", email: "Anne@example.com")

    static func dimensions(costCentre: String = "DE01-4100") -> DimensionRecord {
        DimensionRecord(
            legalEntity: "DE01", costCentre: costCentre, values: ["practice": "CLOUD"], projectReference: "C-1")
    }

    static let demand = DemandRecord(
        role: "consultant", skill: "SAP FI", location: "DE", start: "2026-02-01", hours: 80)

    static let phase = PhaseRecord(
        code: "PLAN", name: "Planning", template: TemplateUsed(code: "IMPL", version: 3),
        tasks: [
            TaskRecord(line: "10", code: "PM", name: "Lead"),
            TaskRecord(line: "10", code: "PM-1", name: "Kick-off", parent: "PM", billingCode: "T-100"),
        ])

    static func project(
        customer: String, end: String = "2026-12-31", number: String? = nil
    ) -> ProjectRecord {
        ProjectRecord(
            name: "Rollout", customerID: customer, legalEntity: "DE01", currency: "EUR", contract: "C-1",
            number: number, start: "2026-01-01", end: end, manager: "m@example.com")
    }

    static let tasks = [
        TaskRecord(line: "10", code: "PM", name: "Lead"), TaskRecord(line: "20", code: "DV", name: "Build"),
    ]

    static func schedule(project: String, customer: String, amount: Int64 = 100) -> BillingScheduleRecord {
        BillingScheduleRecord(
            projectID: project, customerID: customer, currency: "EUR",
            lines: [.init(number: 1, dueDate: "2026-02-01", amountMinor: amount, text: "Start")])
    }

    static func status(
        _ state: String = "waiting", of contract: String = "CT-1", version: Int64 = 1
    ) -> HandoffStatus {
        HandoffStatus(
            contract: contract, state: state, waitingOn: "ERP", since: "2026-01-01T00:00:00Z", nextTry: nil,
            projectID: "PRJ-1",
            customerID: nil, scheduleID: nil, sourceVersion: version)
    }
}
