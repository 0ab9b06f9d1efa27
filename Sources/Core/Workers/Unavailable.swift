/// The work could not be done now and may be later; whether it took effect may be unknown.
public struct Unavailable: Error, Sendable, Equatable, CustomStringConvertible {
    /// Why it could not be done now.
    public enum Cause: String, Sendable, Codable, CaseIterable {
        /// The target failed, timed out or could not be reached: an attempt.
        case failure
        /// The target asked for fewer calls (429): not an attempt.
        case throttled
        /// The target accepted the work and has not finished it: not an attempt.
        case accepted
        /// Another handoff is creating the same shared thing: not an attempt.
        case claimed
    }

    /// Why, which also decides whether it counts as an attempt.
    public let cause: Cause
    /// The system that could not do it, such as `ERP`.
    public let target: String
    /// The least time the target asked for before the next try.
    public let retryAfter: Duration?
    /// What happened, in words of ours: no payload, no secret.
    public let reason: String
    /// What the target said in its own words, cleaned and cut: for the row of an incident alone.
    public let said: String?
    /// Whether the call may have taken effect all the same, though the target asked for a later one.
    public let leavesDoubt: Bool

    /// Describes why `target` could not do the work now.
    public init(
        _ cause: Cause, target: String, retryAfter: Duration? = nil, reason: String, said: String? = nil,
        leavesDoubt: Bool = false
    ) {
        self.cause = cause
        self.target = target
        self.retryAfter = retryAfter
        self.reason = String(reason.prefix(1000))
        self.said = said.flatMap(OutsideText.remark)
        self.leavesDoubt = leavesDoubt
    }

    /// Whether this failure uses up one of the step's attempts.
    public var isAttempt: Bool { cause == .failure }
    /// The target, the cause and what was said.
    public var description: String { "\(target) \(cause.rawValue): \(reason)" }
}
