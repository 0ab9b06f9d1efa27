/// How an incident really stands. It is derived from what has happened since, never assumed from what was asked for.
public enum IncidentStatus: Sendable, Equatable {
    /// A person has to decide.
    case open
    /// A person has to decide, and somebody asked the others to keep off it.
    case held
    /// A message is on its way back to its queue; the broker has not confirmed it yet.
    case sending
    /// It was sent, and no worker has looked at it since.
    case sentNotYetTried
    /// It was sent and a worker tried, but what failed has not passed yet.
    case sentAndTried
    /// It was sent and failed again: a newer incident of the same case says how, in this round.
    case reopened(round: Int)
    /// What failed has passed.
    case resolved
    /// The handoff or the message was given up by a person.
    case discarded
    /// A cancellation of the deal closed it.
    case cancelled
    /// A later version of the deal closed it.
    case superseded

    /// As people and programs read it.
    public var description: String {
        switch self {
        case .open: "open"
        case .held: "held"
        case .sending: "sent, not yet confirmed by the broker"
        case .sentNotYetTried: "sent, not yet tried"
        case .sentAndTried: "sent, tried, not yet passed"
        case .reopened(let round): "reopened (round \(round))"
        case .resolved: "resolved"
        case .discarded: "discarded"
        case .cancelled: "cancelled"
        case .superseded: "superseded"
        }
    }
}

/// What is known of an incident and of what has happened since it was opened.
struct IncidentFacts: Sendable, Equatable {
    /// The stored state: open, sending, closed.
    var state: String
    var resolution: String?
    var isHeld = false
    /// How many incidents the case has, if one of them is newer than this.
    var newestRound: Int?
    /// Whether the step it was about has passed since; for a message, whether its event is known.
    var hasPassed = false
    /// Whether a worker has done anything to the handoff since it was sent.
    var wasTried = false
    /// The stored state of its handoff.
    var handoffState: String?
}

/// Says how an incident stands, given the facts.
func incidentStatus(of facts: IncidentFacts) -> IncidentStatus {
    switch (facts.state, facts.resolution) {
    case ("open", _): return facts.isHeld ? .held : .open
    case ("sending", _): return .sending
    case (_, "discarded"): return .discarded
    case (_, "cancelled"): return .cancelled
    case (_, "superseded"): return .superseded
    // What it was about came by itself: nobody sent anything.
    case (_, "written"), (_, "base arrived"), (_, "deal arrived"): return .resolved
    default: break
    }
    if let round = facts.newestRound { return .reopened(round: round) }
    switch facts.handoffState {
    case "discarded": return .discarded
    case "stopped": return .cancelled
    case "finished", "compensated": return .resolved
    default: break
    }
    if facts.hasPassed { return .resolved }
    return facts.wasTried ? .sentAndTried : .sentNotYetTried
}
