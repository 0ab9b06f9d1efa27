import RabbitMQ
import Sagas

/// What a worker publishes: tickets, copies of incidents, announcements. All of it after the commit that wants it, all
/// of it confirmed; what is lost all the same falls due again.
package protocol Outbox: Announcements {
    /// Whether the broker takes messages now: connected, and without an alarm. Where it does not, nobody waits for it.
    func isReady() async -> Bool
    /// Publishes tickets; answers those that the broker has confirmed. A failure is no error: what was not confirmed falls
    /// due, and is looked at without its ticket or gets another.
    @discardableResult
    func publish(_ tickets: [Ticket]) async throws -> [Ticket]
    /// Publishes copies of incidents to their dead-letter queues; answers those that the broker has confirmed.
    func publish(_ copies: [IncidentCopy]) async throws -> [IncidentCopy]
    /// Publishes an event on the exchange `handoffs`; throws unless the broker confirmed it.
    func announce(_ event: Announcement) async throws
    /// How many messages and consumers a queue has; nil when it does not exist.
    func depth(of queue: String) async throws -> QueueDepth?
}
