/// What one check of readiness found.
public struct HealthCheck: Sendable, Equatable, Encodable {
    /// What was checked: `broker`, `database`, `topology`.
    public let name: String
    /// Whether work can be done as far as this check sees.
    public let isOK: Bool
    /// Why not, in words that name no secret.
    public let why: String?

    private enum CodingKeys: String, CodingKey {
        case name
        case isOK = "ok"
        case why
    }

    /// States what a check found.
    public init(name: String, isOK: Bool, why: String? = nil) {
        self.name = name
        self.isOK = isOK
        self.why = why
    }
}
