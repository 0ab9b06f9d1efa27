import Crypto
import Deals
import Mappings
import RabbitMQ

/// One event of a source on its way to `deal-events`: a CloudEvent whose data are the source's own.
struct SourceEvent: Sendable, Equatable {
    /// What the source calls the event, with the record and the content that it carries: sent again it is the same
    /// event, and another record or newer data under the source's own id is another one.
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
    /// How much of a content's hash stands in an id, in hexadecimal digits: 128 bits, which nobody meets twice.
    private static let digits = 32

    /// Names an event by `parts`, in their order, and by `content`, what of it is the same each time it is sent.
    static func id(of parts: [String], content: JSON) -> String {
        id(of: parts + [String(hash(of: content.canonicalBytes).prefix(digits))])
    }

    /// Names an event by `parts`, in their order; an id that would be too long becomes its own hash.
    static func id(of parts: [String]) -> String {
        let id = parts.joined(separator: "-")
        return isID(id) ? id : hash(of: Array(id.utf8))
    }

    /// Whether the contract takes it as an id: printable ASCII without spaces, which every log, header and row can hold.
    static func isID(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= longestID && text.utf8.allSatisfy { 0x21...0x7E ~= $0 }
    }

    /// SHA-256 in small hexadecimal letters: the id of what has no other.
    static func hash(of bytes: [UInt8]) -> String {
        SHA256.hash(data: bytes).reduce(into: "") { $0 += ($1 < 0x10 ? "0" : "") + String($1, radix: 16) }
    }

    /// An entry that cannot be read, as an event that the workers turn into an incident.
    static func unread(_ entry: JSON, because reason: String, type: String, at time: Timestamp) -> SourceEvent {
        let data = UnreadEntry.data(entry.writable, because: reason)
        return SourceEvent(id: id(of: ["unread"], content: data), type: type, time: time, content: .data(data))
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
