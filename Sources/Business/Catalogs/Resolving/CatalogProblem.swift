public import Workers

/// Why the catalog has no answer: trying again does not help, a person has to decide.
public struct CatalogProblem: Error, Sendable, Hashable, CustomStringConvertible {
    /// The class of the incident that it leads to.
    public let incidentClass: IncidentClass
    /// Who decides.
    public let owner: IncidentClass.Owner
    /// What is wrong, with the version of the catalog.
    public let text: String
    /// What to do about it.
    public let cure: String

    /// Describes a problem; it belongs to the owner of its class where no other is named.
    public init(_ incidentClass: IncidentClass, owner: IncidentClass.Owner? = nil, _ text: String, cure: String) {
        self.incidentClass = incidentClass
        self.owner = owner ?? incidentClass.owner
        self.text = text
        self.cure = cure
    }

    /// What is wrong and what to do.
    public var description: String { "\(text): \(cure)" }
}
