/// The sandbox's CRM: takes a handoff's whole status, and refuses one that is older than what it has.
struct SandboxCRM: CRM {
    private let caller: HTTPCaller

    /// Speaks to the sandbox at `base`, such as `http://127.0.0.1:8090`.
    init(base: String, connections: HTTPConnections) {
        caller = SandboxWire.caller("CRM", base: base, path: "/crm/opportunities", connections: connections)
    }

    func writeHandoff(_ status: HandoffStatus, opportunity: String, as call: Call) async throws {
        _ = try await caller.send(
            .PUT, "/\(opportunity.asPart)/handoff", SandboxWire.Handoff(status), verb: "write_handoff", as: call,
            // A newer status is there already: nothing is left to do.
            accepting: { $0.status == 409 && SandboxWire.Problem.details(of: $0)?.code == "older_version" })
    }
}
