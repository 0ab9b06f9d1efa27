import FoundationEssentials
import Sagas
import Workers

/// A step that was once in doubt, taken to be looked at again now that its handoff has closed.
package struct TakenLook: Sendable, Equatable {
    package var step: StepRecord.ID
    /// Which of the looks it is, from 1.
    package var round: Int
    package var token: Int64
    /// How often asking or removing has failed in this round.
    package var attempts: Int
    package var label: String
    /// The step's stored key.
    package var key: String
    package var opportunity: String
    package var correlationID: String
    package var plan: String
    /// What the handoff's steps left behind, by label.
    package var receipts: [String: Receipt]

    package init(
        step: StepRecord.ID, round: Int, token: Int64, attempts: Int, label: String, key: String, opportunity: String,
        correlationID: String, plan: String, receipts: [String: Receipt] = [:]
    ) {
        self.step = step
        self.round = round
        self.token = token
        self.attempts = attempts
        self.label = label
        self.key = key
        self.opportunity = opportunity
        self.correlationID = correlationID
        self.plan = plan
        self.receipts = receipts
    }
}

/// What came of asking a target for everything under a step's key, or of removing a copy.
package struct LookOutcome: Sendable, Equatable {
    package enum Result: Sendable, Equatable {
        /// What stands under the key, oldest first.
        case found([String])
        /// The target will not remove this copy.
        case kept(id: String, because: String)
        /// It could not be asked, or the copy not be removed, now.
        case later(after: Duration, isAttempt: Bool, reason: String)
        /// It could not be asked so often that people are told.
        case givenUp(reason: String)
    }

    package var look: TakenLook
    package var target: String
    /// Whether the thing is one that deals share: then nobody but a person removes a copy of it.
    package var isShared: Bool
    package var result: Result
    /// How long the removal that may follow can take.
    package var removalTime: Duration

    package init(
        look: TakenLook, target: String, isShared: Bool, result: Result, removalTime: Duration
    ) {
        self.look = look
        self.target = target
        self.isShared = isShared
        self.result = result
        self.removalTime = removalTime
    }
}

/// What an outcome led to.
package struct SettledLook: Sendable, Equatable {
    package enum Next: Sendable, Equatable {
        /// Its removal is announced: the copy may be taken away by this id.
        case remove(String)
        /// Ask again: people were told of a copy.
        case ask
        /// Nothing more for this worker, who may have lost it.
        case end
    }

    package var next: Next
    /// The incidents that were opened.
    package var incidents: [UUID]

    package init(next: Next, incidents: [UUID] = []) {
        self.next = next
        self.incidents = incidents
    }
}

/// What the store knows of one thing that stands under a step's key.
package struct FoundThing: Sendable, Equatable {
    package var id: String
    /// It is on the step's own receipt, which still counts, or it is the shared thing itself.
    package var isStanding: Bool
    /// It is on another receipt, or people or a plan of the lane name it.
    package var isInUse: Bool
    /// People were told of it.
    package var isTold: Bool

    package init(id: String, isStanding: Bool, isInUse: Bool, isTold: Bool) {
        self.id = id
        self.isStanding = isStanding
        self.isInUse = isInUse
        self.isTold = isTold
    }
}

/// What is to be done about what stands under a step's key.
package struct LookVerdict: Sendable, Equatable {
    /// Copies that people are told of, each with the reason why it is not removed.
    package var told: [Told] = []
    /// The copy that is removed next; nil when none is left.
    package var removal: String?

    package struct Told: Sendable, Equatable {
        package var id: String
        package var because: String

        package init(id: String, because: String) {
            self.id = id
            self.because = because
        }
    }
}

/// Decides about what stands under a step's key: what is on the receipt stays, a copy that nothing stands on goes, and
/// of any other people are told, once. `kept` is a copy that the target will not remove.
package func lookVerdict(
    on things: [FoundThing], isShared: Bool, kept: (id: String, because: String)? = nil
) -> LookVerdict {
    var verdict = LookVerdict()
    for thing in things where !thing.isStanding && !thing.isTold {
        if let kept, kept.id == thing.id {
            verdict.told.append(.init(id: thing.id, because: kept.because))
        } else if isShared {
            verdict.told.append(.init(id: thing.id, because: "other deals may go on with it"))
        } else if thing.isInUse {
            verdict.told.append(.init(id: thing.id, because: "another handoff or a person's decision names it"))
        } else if verdict.removal == nil {
            verdict.removal = thing.id
        }
    }
    return verdict
}

extension TakenLook {
    /// Unique for ever: one incident for each copy.
    package func cause(of copy: String) -> String { "copy/\(step.handoff.lowercased)/\(step.ordinal)/\(copy)" }

    /// One incident for each round that could not be made.
    package var failureCause: String { "look/\(step.handoff.lowercased)/\(step.ordinal)/\(round)" }

    /// What people are told where a look could not be made.
    package func story(ofFailing reason: String, at target: String) -> String {
        "\(target) could not be asked whether \(label) took effect late: \(reason)"
    }

    /// What people are told of a copy: both ids.
    package func story(of told: LookVerdict.Told, in target: String, standing: String?) -> String {
        let beside = standing.map { "beside \($0), which is on its receipt" } ?? "though nothing of it is to stand"
        return "\(target) took effect late: \(label) has made \(told.id) \(beside). It was not removed: "
            + told.because
    }
}
