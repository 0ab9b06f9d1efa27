/// The sandbox's CRM: takes a handoff's whole status, and refuses one that is older than what it has.
public struct SandboxCRM: CRM {
    private let caller: HTTPCaller

    /// Speaks through `sandbox`.
    public init(_ sandbox: SandboxCaller) {
        caller = sandbox.caller("CRM", path: "/crm/opportunities")
    }

    public func writeHandoff(
        _ status: HandoffStatus, version: Int64, opportunity: String, as call: Call
    ) async throws {
        _ = try await caller.send(
            .PUT, "/\(opportunity.asPart)/handoff", SandboxWire.Handoff(status, version: version),
            verb: "write_handoff", as: call,
            // A newer status is there already: nothing is left to do.
            accepting: { $0.status == 409 && SandboxWire.Problem.details(of: $0)?.code == "older_version" })
    }
}
