/// Return when the work is done. Throw ``Refused`` when it can never be done. Throw anything else and it is tried again.
public protocol Worker<Message>: Sendable {
    /// What one delivery of the queue carries.
    associatedtype Message: Sendable
    /// The queue that this worker consumes.
    static var queue: Queue { get }
    /// Does the work of one message; called again with the same message until it returns or refuses.
    func handle(_ message: Message, on attempt: Attempt) async throws
}
