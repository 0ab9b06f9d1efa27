/// The sandbox's tax engine.
struct SandboxTax: Tax {
    private let caller: HTTPCaller

    /// Speaks to the sandbox at `base`, such as `http://127.0.0.1:8090`.
    init(base: String, connections: HTTPConnections) {
        caller = SandboxWire.caller("Tax", base: base, path: "/tax/v1", connections: connections)
    }

    func treatment(of sale: TaxQuestion, as call: Call) async throws -> TaxAnswer {
        let answer = try await caller.send(
            .POST, "/determinations", SandboxWire.TaxQuery(sale), verb: "determine_tax", as: call)
        let found = try answer.decoded(SandboxWire.TaxFound.self, from: caller.target)
        return TaxAnswer(treatment: found.treatment, rateBasisPoints: found.rate)
    }
}
