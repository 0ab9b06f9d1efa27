import Workers

/// One outside effect of a handoff, and its inverse.
///
/// A call lies between two commits, intent and outcome. Where the outcome is missing, `find` asks the target before
/// `perform` or `compensate` is tried again, so neither ever has to guess.
public protocol Step<Subject>: Sendable {
    /// What the saga works on, such as a plan.
    associatedtype Subject: Sendable
    /// The step's stored name: never renamed, never reused.
    static var name: String { get }
    /// Tells steps of one kind apart (component, task, role); empty where there is only one.
    var instance: String { get }
    /// The system that the step calls, such as `ERP`.
    var target: String { get }
    /// How long a call may take and how long its effect may hide, where nobody has set it for the target.
    var timing: CallTiming { get }
    /// Whether something is asked before a call is announced: see ``look(for:on:)``.
    func looksFirst(for subject: Subject) -> Bool
    /// The claim under which a thing shared between deals is made; nil for a thing of this handoff alone.
    func claim(for subject: Subject) -> Claim?
    /// Asks the target for what an earlier call with the same key did. Changes nothing.
    func find(for subject: Subject, on attempt: SagaAttempt) async throws -> Found
    /// Asks, before a call is announced, whether there is anything to do: ``Found/present(_:)`` ends the step without a
    /// call, by what an earlier call made or by what was there otherwise. Changes nothing, and has a budget of its own.
    func look(for subject: Subject, on attempt: SagaAttempt) async throws -> Found
    /// Asks the target for everything that calls with the attempt's key have made, oldest first: more than one where a
    /// call took effect late. Empty where nothing that the step makes can be found so. Changes nothing.
    func findAll(for subject: Subject, on attempt: SagaAttempt) async throws -> [Receipt]
    /// Asks the target for a thing by its own id, which a person made by hand in this step's place. Changes nothing.
    func find(_ externalID: String, for subject: Subject, on attempt: SagaAttempt) async throws -> Found
    /// What becomes of the handoff when the step is refused.
    var onRefusal: OnRefusal { get }
    /// Makes the effect. Throws ``Refused`` when it surely was not and never will be made.
    func perform(for subject: Subject, on attempt: SagaAttempt) async throws -> Receipt
    /// Takes back what `perform` left behind `receipt`; gone already counts as undone. Throws ``Refused`` when the target
    /// will not, for now.
    func compensate(_ receipt: Receipt, for subject: Subject, on attempt: SagaAttempt) async throws -> Undone
}

/// What becomes of a handoff one of whose steps is refused; past the point of no return a person is always asked.
public enum OnRefusal: Sendable, Equatable {
    /// A person is asked, and everything stays as it is.
    case ask
    /// What came before is undone, last first, and people are told.
    case undo
}

extension Step {
    /// Steps are alone of their kind unless they say otherwise.
    public var instance: String { "" }
    /// The call budget and settling time of an ordinary target.
    public var timing: CallTiming { .standard }
    /// Nothing is asked before a call unless a step says otherwise.
    public func looksFirst(for subject: Subject) -> Bool { false }
    /// What an earlier call with the same key made.
    public func look(for subject: Subject, on attempt: SagaAttempt) async throws -> Found {
        try await find(for: subject, on: attempt)
    }
    /// A step that makes nothing which could be there twice.
    public func findAll(for subject: Subject, on attempt: SagaAttempt) async throws -> [Receipt] { [] }
    /// A person is asked, unless a step says otherwise.
    public var onRefusal: OnRefusal { .ask }
    /// Things are not shared between deals unless a step says otherwise.
    public func claim(for subject: Subject) -> Claim? { nil }
    /// Name and instance, unique within a handoff and part of the step's key.
    public var label: String { instance.isEmpty ? Self.name : "\(Self.name)/\(instance)" }
}

/// What a read-back says about an effect.
public enum Found: Sendable, Equatable {
    /// The effect is there.
    case present(Receipt)
    /// The effect is surely not there.
    case absent
    /// The target is still working on it.
    case unfinished(retryAfter: Duration)
}

/// How long one call may take, and how long after that its effect may still appear.
public struct CallTiming: Sendable, Equatable {
    /// From asking for the intent to the last moment at which the call may be sent; past it, it is announced anew.
    public let window: Duration
    /// How long an answer is awaited.
    public let budget: Duration
    /// How long after that an effect may still become visible at the target.
    public let settle: Duration

    /// Describes a call that is sent within `window`, takes at most `budget` and is visible `settle` later.
    public init(window: Duration = .seconds(5), budget: Duration, settle: Duration) {
        self.window = window
        self.budget = budget
        self.settle = settle
    }

    /// From the intent to the moment at which asking what became of the call counts.
    public var untilSettled: Duration { window + budget + settle }

    /// Five seconds for sending, ten for the answer, five for the target to settle.
    public static let standard = CallTiming(budget: .seconds(10), settle: .seconds(5))
}

/// A thing shared between deals, which is made under its own key and at most by one handoff at a time.
public struct Claim: Sendable, Equatable {
    /// The system that holds the thing.
    public let target: String
    /// What it is, such as `customer`.
    public let thing: String
    /// What makes two deals mean the same thing, such as legal entity and tax id.
    public let naturalKey: String

    /// Names the thing.
    public init(target: String, thing: String, naturalKey: String) {
        self.target = target
        self.thing = thing
        self.naturalKey = naturalKey
    }

    /// The claim's own key, from which the call's idempotency key is made.
    public var key: String { "\(target)/\(thing)/\(naturalKey)" }
}

/// One try at one step: what the call needs beside the subject.
public struct SagaAttempt: Sendable {
    /// The idempotency key as it goes over the wire: a hash, so that no target's case or length limit merges two.
    public let key: String
    /// The id that follows the deal everywhere.
    public let correlationID: String
    /// The moment after which nothing that has an effect may be sent any more.
    public let sendBy: ContinuousClock.Instant
    /// The moment after which nothing is awaited any more.
    public let deadline: ContinuousClock.Instant
    /// What the earlier steps of this handoff left behind, by label.
    public let receipts: [String: Receipt]
    /// What is known of the claimed thing: nil while it is not known to exist.
    public let claimed: Receipt?
    /// Whether the whole contract is taken back, and not this version alone.
    public let takesBackContract: Bool

    /// Describes one try; without `sendBy` it is sent until its deadline.
    public init(
        key: String, correlationID: String, sendBy: ContinuousClock.Instant? = nil,
        deadline: ContinuousClock.Instant, receipts: [String: Receipt], claimed: Receipt? = nil,
        takesBackContract: Bool = false
    ) {
        self.key = key
        self.correlationID = correlationID
        self.sendBy = sendBy ?? deadline
        self.deadline = deadline
        self.receipts = receipts
        self.claimed = claimed
        self.takesBackContract = takesBackContract
    }

    /// The external id that the step `label` left behind; refuses as a mistake in the software when it left none.
    public func externalID(of label: String) throws(Refused) -> String {
        guard let receipt = receipts[label] else {
            throw Refused(.unknown, "step needs the receipt of \(label), which is not done")
        }
        return receipt.externalID
    }
}
