/// The work can never be done as it stands, and surely was not: it is not tried again, a person is asked.
public struct Refused: Error, Sendable, Equatable, CustomStringConvertible {
    /// What kind of mistake it is; decides who owns it.
    public let incidentClass: IncidentClass
    /// What exactly is wrong, in words for the person who reads it: no payload, no secret, at most 1,000 characters.
    public let reason: String
    /// What the system that refused it said in its own words, cleaned and cut: for the row of an incident alone, never for
    /// a log, a header or anybody else.
    public let said: String?

    /// Refuses with a reason, which is cut to 1,000 characters and never empty; `said` are another system's words.
    public init(_ incidentClass: IncidentClass, _ reason: String, said: String? = nil) {
        self.incidentClass = incidentClass
        self.reason = reason.isEmpty ? incidentClass.rawValue : String(reason.prefix(1000))
        self.said = said.flatMap(OutsideText.remark)
    }

    /// The class and the reason.
    public var description: String { "\(incidentClass.rawValue): \(reason)" }
}
