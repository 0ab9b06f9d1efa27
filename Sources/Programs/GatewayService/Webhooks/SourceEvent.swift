import Crypto
import Deals
import RabbitMQ

/// One event of a source on its way to `deal-events`: a CloudEvent whose data are the source's own.
struct SourceEvent: Sendable, Equatable {
    /// The source's own id of the event, so that one that is sent again is the same event.
    let id: String
    /// The mapping's type, such as `hubspot.deal.v1`.
    let type: String
    /// When the source says that it happened.
    let time: Timestamp
    /// The trace that the caller is in.
    var traceparent: String?
    /// What the source said: the event's data, or the whole event where the source sends events of the contract.
    let content: Content

    enum Content: Sendable, Equatable {
        case data(JSON)
        /// Left as it is: which source it names is for the worker to compare with the routing key.
        case event(JSON)
    }

    /// The longest id that the event's contract takes, in bytes.
    static let longestID = 128

    /// Names an event by `parts`, in their order; an id that would be too long becomes its own hash.
    static func id(of parts: [String]) -> String {
        let id = parts.joined(separator: "-")
        let isPlain = id.utf8.allSatisfy { 0x21...0x7E ~= $0 }
        return isPlain && !id.isEmpty && id.utf8.count <= longestID ? id : hash(of: Array(id.utf8))
    }

    /// SHA-256 in small hexadecimal letters: the id of what has no other.
    static func hash(of bytes: [UInt8]) -> String {
        SHA256.hash(data: bytes).reduce(into: "") { $0 += ($1 < 0x10 ? "0" : "") + String($1, radix: 16) }
    }

    /// The message that carries the event under `source`.
    func message(from source: String) -> Message {
        let event: JSON =
            switch content {
            case .event(let event): event
            case .data(let data):
                [
                    "specversion": .string("1.0"), "id": .string(id), "source": .string(source), "type": .string(type),
                    "time": .string(time.description), "datacontenttype": .string("application/json"),
                    "traceparent": traceparent.map { .string($0) }, "data": data,
                ]
            }
        return Message(
            exchange: "deals", routingKey: "\(source).\(type)",
            properties: Properties(
                contentType: "application/cloudevents+json", messageID: id, correlationID: id, type: type),
            body: event.canonicalBytes)
    }
}
