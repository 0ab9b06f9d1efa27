/// Which incidents are meant. What is nil matches everything.
public struct IncidentFilter: Sendable, Equatable {
    /// A part of all incidents, by how they stand.
    public enum State: String, Sendable, Codable, CaseIterable {
        /// Waits for a person, held or not.
        case open
        /// Waits for a person, and others were asked to keep off.
        case held
        /// Was sent and has neither passed nor failed again.
        case sent
        /// Is over: passed, failed again under a newer incident, or given up.
        case closed
    }

    /// How they stand.
    public var state = State.open
    /// The queue in which it happened.
    public var queue: String?
    /// The class of the incident.
    public var incidentClass: String?
    /// The team that decides.
    public var owner: String?
    /// The step that failed, with or without its instance.
    public var step: String?
    /// An opportunity, contract, event id or correlation id.
    public var deal: String?
    /// A part of the customer's name, in any case.
    public var customer: String?
    /// Whose trouble began at least so long ago, whatever was tried since.
    public var olderThan: Duration?
    /// Whose round was opened at most so long ago.
    public var newerThan: Duration?
    /// The deal's currency, an ISO 4217 code.
    public var currency: String?
    /// The least that the deal is worth, in minor units of `currency`.
    public var leastAmount: Int64?
    /// The most that the deal is worth, in minor units of `currency`.
    public var mostAmount: Int64?
    /// Leaves held ones out.
    public var leavesOutHeld = false
    /// How many at most, oldest first; nil for all.
    public var limit: Int?

    /// Every open incident.
    public init() {}
}
