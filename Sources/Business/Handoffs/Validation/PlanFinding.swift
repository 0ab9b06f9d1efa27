import Deals
import Workers

/// One thing because of which a deal cannot be planned: what kind it is, where it is, who can cure it and how.
public struct PlanFinding: Sendable, Codable, Hashable, CustomStringConvertible {
    /// The kind; the first of a deal's findings decides how its handoff is parked.
    public let incidentClass: IncidentClass
    /// Where in the event, as a JSON path such as `$.data.lines[3].service`.
    public let path: String
    /// Who can cure it.
    public let owner: IncidentClass.Owner
    /// What is wrong; codes, no amounts and no data of persons.
    public let text: String
    /// What to do about it.
    public let cure: String

    private enum CodingKeys: String, CodingKey {
        case incidentClass = "class"
        case path, owner, text, cure
    }

    /// Describes one thing that is wrong; without an owner it is the class's.
    public init(
        _ incidentClass: IncidentClass, _ path: String, _ text: String, cure: String,
        owner: IncidentClass.Owner? = nil
    ) {
        self.incidentClass = incidentClass
        self.path = path
        self.owner = owner ?? incidentClass.owner
        self.text = text
        self.cure = cure
    }

    /// A finding of the published contract's own rules.
    init(_ finding: Finding, as incidentClass: IncidentClass) {
        self.init(incidentClass, finding.path, finding.text, cure: finding.cure, owner: finding.owner)
    }

    /// The path and what is wrong there.
    public var description: String { "\(path) \(text)" }
}

extension [PlanFinding] {
    /// All of them in one refusal, whose class is the first one's; nil where there are none.
    var refused: Refused? {
        guard let first else { return nil }
        let findings = map { Finding(path: $0.path, owner: $0.owner, text: $0.text, cure: $0.cure) }
        return Rejection(first.incidentClass, findings).refused
    }
}
