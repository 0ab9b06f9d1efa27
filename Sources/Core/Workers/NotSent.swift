/// A call was not sent, because the time within which it may be is over: it surely had no effect, and may be announced
/// anew at once. Nobody's failure but that of the machine which was too busy.
public struct NotSent: Error, Sendable, Equatable, CustomStringConvertible {
    /// The system that was not called.
    public let target: String

    /// Says that `target` was not called.
    public init(target: String) { self.target = target }

    /// The target, and why it was not called.
    public var description: String { "\(target) was not called: the time for sending was over" }
}
