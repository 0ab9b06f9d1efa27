/// What the tables of Baton say, reduced to what is judged.
public struct StoreEvidence: Sendable, Equatable {
    /// An event that was recorded.
    public struct Event: Sendable, Equatable {
        var source: String
        var eventID: String
        var outcome: String
        var reason: String?
        var copies: Int
        var opportunity: String?
        var contract: String?
        var version: Int?
        var handoff: String?
    }

    /// A handoff, with its deal where it has one.
    public struct Handoff: Sendable, Equatable {
        var id: String
        var opportunity: String
        var contract: String
        var version: Int
        var kind: String
        var state: String
        var cause: String?
        var hasDue: Bool
        var totalMinor: Int64?
        var currency: String?

        /// What a person calls it.
        var name: String { "\(opportunity)/\(contract)/\(version)" }
        var isClosed: Bool { ["finished", "compensated", "stopped", "discarded", "stale"].contains(state) }
        /// Whether it stands still until a person decides.
        var asksForApproval: Bool { state == "waiting" && cause?.hasPrefix("approval:") == true }
    }

    /// A step of a handoff.
    public struct Step: Sendable, Equatable {
        var handoff: String
        var ordinal: Int
        var name: String
        var queue: String
        var key: String
        var state: String
        var externalID: String?
        var origin: String?

        /// Whether the record says that the effect stands.
        var stands: Bool { state == "done" || state == "kept" }
        /// Whether its effect is that something of an earlier version is not there any more.
        var isEnding: Bool { name.hasPrefix("end-") }
    }

    /// What needs, or needed, a person.
    public struct Incident: Sendable, Equatable {
        var id: String
        var cause: String
        var handoff: String?
        var step: String?
        var queue: String
        var incidentClass: String
        var isBlocking: Bool
        var state: String
        var hasDue: Bool
        var messageID: String?

        /// Whether its handoff goes on only when a person has decided.
        var holdsUp: Bool { state == "open" && isBlocking }
    }

    /// A shared thing and who makes it.
    public struct Claim: Sendable, Equatable {
        var target: String
        var thing: String
        var naturalKey: String
        var externalID: String?

        /// The key under which it is made.
        var key: String { "\(target)/\(thing)/\(naturalKey)" }
    }

    /// What another system is to say about an opportunity.
    public struct Mirror: Sendable, Equatable {
        var opportunity: String
        var state: String
        var hasDue: Bool
        var sourceVersion: Int64
        var writtenVersion: Int64
    }

    /// A look at what was once in doubt.
    public struct Look: Sendable, Equatable {
        var handoff: String
        var step: String
        var round: Int
        var state: String
    }

    /// An entry of the journal.
    public struct Entry: Sendable, Equatable {
        var handoff: String
        var seq: Int
        /// In seconds since 1970.
        var at: Double
        var what: String
        var step: String?
        var cause: String?
        var attempt: Int?
    }

    var events: [Event] = []
    var handoffs: [Handoff] = []
    var steps: [Step] = []
    var incidents: [Incident] = []
    var claims: [Claim] = []
    var mirrors: [Mirror] = []
    var looks: [Look] = []
    var journal: [Entry] = []
    /// Where the journal's chains do not hold, in words.
    var brokenJournals: [String] = []

    /// What was in doubt is looked at once its handoff is closed, and while no cancellation works on what it left.
    var handoffsWhoseLooksSleep: Set<String> {
        let cancellations = Dictionary(grouping: handoffs.filter { $0.kind == "cancel" && !$0.isClosed }) {
            "\($0.opportunity)/\($0.contract)"
        }
        return Set(
            handoffs.filter { handoff in
                !handoff.isClosed
                    || cancellations["\(handoff.opportunity)/\(handoff.contract)", default: []].contains {
                        $0.version > handoff.version
                    }
            }.map(\.id))
    }
}
