import FoundationEssentials

/// What a person does to incidents, and why. Who it is, PostgreSQL says.
public struct Act: Sendable, Equatable {
    /// What is done.
    public enum Kind: Sendable, Equatable {
        /// Sent again: the handoff is ready, the message goes back to its queue. `evenSo` sends a message also where its
        /// class says that it can only fail again.
        case send(evenSo: Bool)
        /// Others are asked to keep off.
        case hold
        /// Others may act again.
        case release
        /// Given up.
        case discard(Disposal)
    }

    /// What happens to what a discarded handoff has made.
    public enum Disposal: Sendable, Equatable {
        /// Not said; fine while nothing exists.
        case undecided
        /// It stays, and somebody looks after it.
        case keep
        /// It is undone, last first, before the handoff closes.
        case undo
    }

    /// What is done.
    public let kind: Kind
    /// The reason, as the person gave it.
    public let why: String?

    /// Describes an act.
    public init(_ kind: Kind, why: String?) {
        self.kind = kind
        self.why = why
    }

    /// The name under which it is recorded.
    public var name: String {
        switch kind {
        case .send: "send"
        case .hold: "hold"
        case .release: "release"
        case .discard: "discard"
        }
    }
}

/// What came of an act on one incident.
public struct ActResult: Sendable, Codable, Equatable {
    /// The kinds of outcome.
    public enum Outcome: String, Sendable, Codable, CaseIterable {
        /// Done.
        case done
        /// Somebody had done it before; nothing was changed.
        case already
        /// Somebody changed it since it was listed; it was not touched.
        case changed
        /// Somebody holds it; it was not touched.
        case held
        /// It cannot be done; it was not touched.
        case refused
        /// The message was published and the broker did not confirm it; the next send or drain finishes it.
        case unconfirmed
        /// The database failed; doing it again is harmless.
        case failed
    }

    /// The incident.
    public let incident: RowID
    /// What came of it.
    public let outcome: Outcome
    /// What happened and what to do, for a person.
    public let sentence: String
}
