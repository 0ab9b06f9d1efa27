import FoundationEssentials

/// How an incident and its handoff stand while both are locked: everything that decides whether an act is allowed.
struct Situation: Sendable, Equatable {
    struct Incident: Sendable, Equatable {
        var state: String
        var resolution: String?
        var closedBy: String?
        var closedAt: Date?
        var heldBy: String?
        var heldBecause: String?
        var heldAt: Date?
        var revision: Int
        var isBlocking: Bool
        var step: String?
        var incidentClass: String
        var owner: String
        var hasBody: Bool
        /// Where its message came from: exchange, routing key and what else is known.
        var origin: [String: String] = [:]
    }

    struct Handoff: Sendable, Equatable {
        var opportunity: String
        var state: String
        var kind: String
        var direction: String
        var queue: String
        var correlationID: String
    }

    struct Step: Sendable, Equatable {
        var handoff: RowID
        var ordinal: Int
        var name: String
        var state: String
        var isFinal: Bool
        var externalID: String?

        /// Whether it is not known if its last call took effect.
        var isInDoubt: Bool { state == "intent" || state == "undoing" }
        /// Such as `create-project P-17`.
        var named: String { [name, externalID].compactMap(\.self).joined(separator: " ") }
    }

    struct LastAct: Sendable, Equatable {
        var actor: String
        var act: String
        var at: Date
    }

    var incident: Incident
    /// Nil for a message that no handoff stands for.
    var handoff: Handoff?
    /// The last step of the newest version first; for a cancellation, those of the versions that it undoes.
    var steps: [Step] = []
    var lastAct: LastAct?
    /// What the table of classes says about sending again, and about what to do.
    var retry: String?
    var next: String?
}
