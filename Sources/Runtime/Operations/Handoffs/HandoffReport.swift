import FoundationEssentials

/// What a person wants to know of one handoff: how it stands, since when, and whose turn it is.
public struct HandoffReport: Sendable, Codable, Equatable {
    /// One step and what it left behind.
    public struct Step: Sendable, Codable, Equatable {
        /// Name and instance.
        public let step: String
        /// The queue whose workers do it.
        public let queue: String
        /// The stored state.
        public let state: String
        /// How many attempts have failed.
        public let failedAttempts: Int
        /// The target's id of what was made.
        public let externalID: String?
        /// How it came to be there: made, found, changed or adopted.
        public let cameToBe: String?
    }

    /// What a person decided for the handoff.
    public struct Choice: Sendable, Codable, Equatable {
        /// What was to be decided, such as `customer`.
        public let what: String
        /// What was chosen.
        public let value: String
        /// The PostgreSQL role that chose.
        public let by: String
        /// When.
        public let at: Date
        /// Why.
        public let why: String
    }

    /// The handoff's id.
    public let handoff: String
    /// The opportunity.
    public let opportunity: String
    /// The contract.
    public let contract: String
    /// The contract's version.
    public let version: Int
    /// The customer's name.
    public let customer: String
    /// What the deal is worth, in minor units of `currency`.
    public let totalMinor: Int64
    /// ISO 4217 code.
    public let currency: String
    /// The stored state.
    public let state: String
    /// The queue whose workers have it, or had it last.
    public let queue: String
    /// Since when it stands so; where it waits or is parked, since the first failure.
    public let since: Date
    /// Who acts next, in words.
    public let turn: String
    /// The last error, until a step succeeds.
    public let lastError: String?
    /// When it is tried or looked at again.
    public let nextTry: Date?
    /// The id that follows the deal everywhere.
    public let correlationID: String
    /// The case of its open incident.
    public let incident: String?
    /// The open incident's class.
    public let incidentClass: String?
    /// The team that decides on the open incident.
    public let incidentOwner: String?
    /// What the CRM says about the opportunity, once written; nil before.
    public let statusWritten: Bool
    /// Why it does not go on, if it waits or is parked.
    public let lateBecause: LateCause?
    /// What people have paused, where that is what it waits for.
    public let pauses: [Pauses.Pause]
    /// When it was accepted.
    public let acceptedAt: Date
    /// When it closed.
    public let closedAt: Date?
    /// The steps, in order.
    public let steps: [Step]
    /// What people decided, by what was to be decided.
    public let choices: [Choice]
}

/// An event that started nothing, or not yet: what became of it.
public struct EventReport: Sendable, Codable, Equatable {
    /// The publisher.
    public let source: String
    /// The publisher's id of the event.
    public let event: String
    /// The disposition.
    public let outcome: String
    /// Why.
    public let reason: String?
    /// How many copies came after the first.
    public let copies: Int
    /// The handoff it started or belongs to.
    public let handoff: String?
}

/// Everything that was found under one key.
public struct Inquiry: Sendable, Codable, Equatable {
    /// The handoffs, oldest first.
    public let handoffs: [HandoffReport]
    /// The events, oldest first.
    public let events: [EventReport]
    /// What was refused before any handoff stood for it, the longest trouble first.
    public let refused: [IncidentLine]
    /// What else waits for people about it and holds no deal up, such as a status that a system will not show.
    public let incidents: [IncidentLine]

    /// Whether nothing was found.
    public var isEmpty: Bool { handoffs.isEmpty && events.isEmpty && refused.isEmpty && incidents.isEmpty }
}

/// Says who acts next on a handoff; `owner` is the team of its open incident.
func whoseTurn(
    state: String, queue: String, cause: String?, step: String?, owner: String?, base: Int? = nil,
    isBaseLost: Bool = false
) -> String {
    let team = owner?.replacing("_", with: " ")
    switch state {
    case "scheduled": return "the calendar"
    case "behind":
        if let team {
            let how = isBaseLost ? "can no longer come" : "has not arrived"
            return "\(team): version \(base.map { "\($0)" } ?? "-"), which it changes, \(how)"
        }
        return "an earlier version of the same opportunity, which runs or has not arrived"
            + (base.map { ": it changes version \($0)" } ?? "")
    case "ready": return "a worker of \(queue)"
    case "running": return "a worker of \(queue)" + (step.map { ", at \($0)" } ?? "")
    case "waiting" where cause?.hasPrefix("approval:") == true: return "a person, who decides with 'baton approve'"
    case "waiting": return "waiting (\(cause ?? "-"))" + (step.map { " for \($0)" } ?? "")
    case "parked": return team ?? "support"
    default: return "nobody: it is closed"
    }
}
