import Crypto
import FoundationEssentials
import RabbitMQ
import Workers

/// What a delivery says about itself, made fit to be stored: the same to the worker that refuses it and to whoever
/// collects it from a dead-letter queue.
package struct DeliveredMessage: Sendable, Equatable {
    /// `raw/<queue>/<sha256 of message id and body>/`; what follows counts the rounds of sending it again.
    package let causePrefix: String
    /// The id that follows the message everywhere, in printable ASCII; where it has none, ``digestID``.
    package var correlationID: String
    /// The beginning of the digest: the same for every copy of the message.
    package let digestID: String
    /// Where it came from: exchange, routing key, message id, content type and type.
    package var origin: [String: String]
    /// How often people have sent it, as it says itself and anybody might.
    package let timesSent: Int64
    /// The body.
    package let body: [UInt8]

    /// Reads what was delivered from `queue`, or from its dead-letter queue.
    package init(_ delivery: Delivery, in queue: String) {
        let properties = delivery.properties
        let digest = Self.digest(of: delivery)
        causePrefix = "raw/\(queue)/\(digest)/"
        digestID = String(digest.prefix(32))
        correlationID = Self.correlationID(of: delivery)
        var origin = ["exchange": delivery.exchange, "routing_key": delivery.routingKey]
        origin["message_id"] = properties.messageID
        origin["content_type"] = properties.contentType
        origin["type"] = properties.type
        self.origin = origin.mapValues { OutsideText.storable($0) }
        if case .integer(let count)? = properties.headers["baton-redrives"] {
            timesSent = max(count, 0)
        } else {
            timesSent = 0
        }
        body = delivery.body
    }

    /// The id that follows what was delivered everywhere.
    static func correlationID(of delivery: Delivery) -> String {
        (delivery.properties.correlationID ?? delivery.properties.messageID).flatMap(OutsideText.identifier)
            ?? String(digest(of: delivery).prefix(32))
    }

    private static func digest(of delivery: Delivery) -> String {
        let messageID = delivery.properties.messageID.map { OutsideText.storable($0) }
        var hash = SHA256()
        hash.update(data: Data((messageID ?? "").utf8))
        hash.update(data: Data([0]))
        hash.update(data: Data(delivery.body))
        return hash.finalize().hexadecimal
    }
}
