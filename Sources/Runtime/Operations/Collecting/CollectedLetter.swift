import Crypto
import Fleet
import FoundationEssentials
import RabbitMQ
import Workers

/// What a message in a dead-letter queue is.
enum CollectedLetter: Sendable, Equatable {
    /// A copy of an incident of ours; the finding is for the case that its row is gone, as after an old backup.
    case copy(of: RowID, else: CollectedFinding?)
    /// A ticket only names its row.
    case ticket
    /// A message that no row stands for yet.
    case message(CollectedFinding)

    /// Tells what was delivered from the dead-letter queue of `queue`.
    init(_ delivery: Delivery, from queue: String) {
        let headers = delivery.properties.headers
        let isTicket = ["ticket", "mirror-ticket"].contains(delivery.properties.type ?? "")
        let correlationID = delivery.properties.correlationID ?? "-"
        let ticket = Ticket(body: delivery.body, queue: queue, correlationID: correlationID)
        if case .string(let text)? = headers["baton-incident"], let id = UUID(uuidString: text) {
            let standsForHandoff = headers["baton-handoff"] != nil && ticket != nil
            self = .copy(of: RowID(id), else: standsForHandoff ? nil : CollectedFinding(delivery, from: queue))
        } else if isTicket, ticket != nil {
            self = .ticket
        } else {
            self = .message(CollectedFinding(delivery, from: queue))
        }
    }
}

/// The incident that a collected message becomes.
struct CollectedFinding: Sendable, Equatable {
    /// `raw/<queue>/<sha256 of message id and body>/<redrive count>`, as the workers write it.
    let cause: String
    let incidentClass: IncidentClass
    let story: String
    let correlationID: String
    let origin: [String: String]
    let body: [UInt8]
    /// How often the message had been sent again before.
    let round: Int

    init(_ delivery: Delivery, from queue: String) {
        let properties = delivery.properties
        if case .integer(let count)? = properties.headers["baton-redrives"], count > 0 {
            round = Int(count)
        } else {
            round = 0
        }
        var hash = SHA256()
        hash.update(data: Data((properties.messageID ?? "").utf8))
        hash.update(data: Data([0]))
        hash.update(data: Data(delivery.body))
        let digest = hash.finalize().hexadecimal
        cause = "raw/\(queue)/\(digest)/\(round)"
        body = delivery.body
        let death = DeathRecord(properties.headers)
        let exchange = death?.exchange ?? delivery.exchange
        let routingKey = death?.routingKey ?? delivery.routingKey
        (incidentClass, story) = Self.classify(properties.headers, death, exchange, routingKey, queue: queue)
        correlationID = Self.storable(properties.correlationID ?? properties.messageID ?? "-")
        var origin = ["exchange": exchange, "routing_key": routingKey]
        origin["message_id"] = properties.messageID
        origin["content_type"] = properties.contentType
        origin["type"] = properties.type
        self.origin = origin.mapValues(Self.storable)
    }

    private static func classify(
        _ headers: [String: HeaderValue], _ death: DeathRecord?, _ exchange: String, _ routingKey: String,
        queue: String
    ) -> (IncidentClass, String) {
        if case .string(let name)? = headers["baton-class"], let known = IncidentClass(rawValue: name) {
            guard case .string(let reason)? = headers["baton-reason"] else { return (known, name) }
            return (known, storable(String(reason.prefix(1000))))
        }
        if let death { return (.undeliverable, storable(death.story)) }
        // A copy lies under the exchange 'dead'; the alternate exchange leaves the first one's name in place.
        if exchange.isEmpty || exchange == "dead" {
            return (.unknown, "somebody put it into \(queue).dead by hand: it has no headers of ours or the broker's")
        }
        let place = storable("exchange \(exchange) under the routing key \(routingKey)")
        return (.unroutable, "no queue takes what is published to \(place)")
    }

    /// PostgreSQL's texts take any character but this one.
    private static func storable(_ text: String) -> String { text.replacing("\0", with: "\u{FFFD}") }
}
