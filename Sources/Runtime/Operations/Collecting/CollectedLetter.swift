import Fleet
import FoundationEssentials
import RabbitMQ
import Workers

/// What a message in a dead-letter queue is.
///
/// What it says of itself counts only where the fleet or the broker wrote it. Anybody can set headers: what publishers
/// send arrives in a queue of its own, and what the broker gave up still carries theirs. Only workers and the broker may
/// write to the exchange `dead`, and the broker's hand shows in `x-death`.
enum CollectedLetter: Sendable, Equatable {
    /// Says that it is the copy of an incident. The row has to agree; if not, it is the finding, or only a ticket.
    case copy(of: UUID, ticket: UUID?, else: CollectedFinding?)
    /// A ticket only names its row.
    case ticket
    /// A message that no row stands for yet.
    case message(CollectedFinding)

    /// Tells what was delivered from `queue`.
    init(_ delivery: Delivery, from queue: DeadLetterQueue) {
        let finding = CollectedFinding(delivery, from: queue)
        guard !queue.isUnrouted else {
            self = .message(finding)
            return
        }
        let headers = delivery.properties.headers
        let isFromDead = delivery.exchange == CollectedFinding.deadExchange
        let ticket = Self.ticket(in: delivery, queue.workQueue)
        if isFromDead, finding.incidentClass != .undeliverable, case .string(let text)? = headers["baton-incident"],
            let id = UUID(uuidString: text)
        {
            self = .copy(of: id, ticket: ticket, else: ticket != nil && headers["baton-handoff"] != nil ? nil : finding)
        } else if ["ticket", "mirror-ticket"].contains(delivery.properties.type ?? ""), delivery.exchange != "deals",
            Ticket(body: delivery.body, queue: queue.workQueue, correlationID: "-") != nil
        {
            self = .ticket
        } else {
            self = .message(finding)
        }
    }

    private static func ticket(in delivery: Delivery, _ queue: String) -> UUID? {
        switch Ticket(body: delivery.body, queue: queue, correlationID: "-")?.subject {
        case .handoff(let id)?: id
        case .mirror?, nil: nil
        }
    }
}

/// The incident that a collected message becomes.
struct CollectedFinding: Sendable, Equatable {
    /// The exchange to which workers copy, and the broker moves what it gives up.
    static let deadExchange = "dead"

    let incidentClass: IncidentClass
    let story: String
    let message: DeliveredMessage
    /// Whether it counts as one more time that the message came.
    let isCounted: Bool
    /// Whether somebody put it there with the broker's own tools.
    let wasMoved: Bool

    init(_ delivery: Delivery, from queue: DeadLetterQueue) {
        let properties = delivery.properties
        isCounted = !delivery.isRedelivered
        wasMoved = delivery.exchange.isEmpty
        var message = DeliveredMessage(delivery, in: queue.workQueue)
        let isFromDead = !queue.isUnrouted && delivery.exchange == Self.deadExchange
        let death = isFromDead ? DeathRecord(properties.headers, givenUpBy: queue.workQueue) : nil
        let story: String
        if let death {
            message.origin["exchange"] = OutsideText.storable(death.exchange ?? "-")
            message.origin["routing_key"] = OutsideText.storable(death.routingKey ?? "-")
            (incidentClass, story) = (.undeliverable, death.story)
        } else if isFromDead, case .string(let name)? = properties.headers["baton-class"],
            let known = IncidentClass(rawValue: name)
        {
            incidentClass = known
            if case .string(let reason)? = properties.headers["baton-reason"] { story = reason } else { story = name }
        } else if queue.isUnrouted || delivery.exchange == "deals" {
            incidentClass = .unroutable
            story =
                "no queue takes what is published to exchange \(delivery.exchange) under the routing key "
                + delivery.routingKey
        } else {
            incidentClass = .unknown
            story = "somebody put it into \(queue.name) by hand: it has no headers of ours or the broker's"
        }
        self.story = OutsideText.storable(story, longest: 1000)
        self.message = message
    }
}
