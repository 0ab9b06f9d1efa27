/// Every kind of system that Baton can speak to; routes name them by these values.
public enum Adapter: String, Sendable, Codable, CaseIterable {
    /// The stand-in for CRM, ERP, PSA and the tax engine.
    case sandbox

    /// The ERP at `base`, such as `http://127.0.0.1:8090`.
    public func erp(at base: String, over connections: HTTPConnections) -> any ERP {
        switch self {
        case .sandbox: SandboxERP(base: base, connections: connections)
        }
    }

    /// The PSA at `base`.
    public func psa(at base: String, over connections: HTTPConnections) -> any PSA {
        switch self {
        case .sandbox: SandboxPSA(base: base, connections: connections)
        }
    }

    /// The CRM at `base`.
    public func crm(at base: String, over connections: HTTPConnections) -> any CRM {
        switch self {
        case .sandbox: SandboxCRM(base: base, connections: connections)
        }
    }

    /// The tax engine at `base`.
    public func tax(at base: String, over connections: HTTPConnections) -> any Tax {
        switch self {
        case .sandbox: SandboxTax(base: base, connections: connections)
        }
    }
}
