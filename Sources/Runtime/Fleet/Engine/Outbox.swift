import RabbitMQ
import Sagas

/// What a worker publishes: tickets, copies of incidents, announcements. All of it after the commit that wants it, all
/// of it confirmed; what is lost all the same falls due again.
package protocol Outbox: Announcements {
    /// Publishes tickets. A failure is no error: the rows are due, and the sweeper publishes again.
    func publish(_ tickets: [Ticket]) async throws
    /// Publishes copies of incidents to their dead-letter queues; answers those that the broker has confirmed.
    func publish(_ copies: [IncidentCopy]) async throws -> [IncidentCopy]
    /// Publishes an event on the exchange `handoffs`; throws unless the broker confirmed it.
    func announce(_ event: Announcement) async throws
    /// How many messages and consumers a queue has; nil when it does not exist.
    func depth(of queue: String) async throws -> QueueDepth?
}
