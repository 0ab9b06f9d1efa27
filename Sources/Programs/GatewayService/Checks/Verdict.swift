import Handoffs

/// What a deal would come to, as it is answered.
struct Verdict: Encodable, Sendable {
    /// Whether nothing was found.
    let valid: Bool
    /// The class of incident that the first finding would make.
    let incidentClass: String?
    let findings: [PlanFinding]
    /// How many more findings there are.
    let omitted: Int
    /// What could not be looked up in time.
    let notChecked: [String]
    /// What would be done.
    let plan: PlanDocument?

    private enum CodingKeys: String, CodingKey {
        case valid, findings, omitted, notChecked, plan
        case incidentClass = "class"
    }

    init(_ findings: [PlanFinding], omitted: Int = 0, notChecked: [String] = [], plan: PlanDocument? = nil) {
        valid = findings.isEmpty
        incidentClass = findings.first?.incidentClass.rawValue
        self.findings = findings
        self.omitted = omitted
        self.notChecked = notChecked
        self.plan = plan
    }
}
