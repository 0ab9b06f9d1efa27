import Connectors
import FoundationEssentials
import Sagas

/// One call that a plan leads to: where, what, under which key, and what it asks for.
public struct PlannedCall: Sendable, Codable, Equatable {
    /// The step that makes it, with its instance.
    public let step: String
    /// The queue whose workers make it.
    public let queue: String
    /// The system that is called.
    public let target: String
    /// What it is asked to do, as the ports call it.
    public let verb: String
    /// The idempotency key as it goes over the wire.
    public let key: String
    /// Whether it changes something; a thing that is linked is only asked for.
    public let isWrite: Bool
    /// Whether it lies past the point of no return.
    public let isFinal: Bool
    /// In which case it is not made; nil where it is made in any case.
    public let unless: String?
    /// What it asks for; an id that an earlier step brings is that step's name in braces.
    public let asks: Asks

    /// What a call asks for, as the record that it sends.
    public indirect enum Asks: Sendable, Codable, Equatable {
        /// A text.
        case text(String)
        /// A whole number.
        case integer(Int64)
        /// Yes or no.
        case bool(Bool)
        /// Several.
        case list([Asks])
        /// Fields by name.
        case fields([String: Asks])

        /// Reads any JSON without fractions.
        public init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            // What is not what it is tried as costs an error, and a large plan has thousands: what is frequent comes first.
            if let value = try? container.decode(String.self) {
                self = .text(value)
            } else if let value = try? container.decode(Int64.self) {
                self = .integer(value)
            } else if let value = try? container.decode([String: Asks].self) {
                self = .fields(value)
            } else if let value = try? container.decode([Asks].self) {
                self = .list(value)
            } else {
                self = .bool(try container.decode(Bool.self))
            }
        }

        /// Writes it as JSON.
        public func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .text(let value): try container.encode(value)
            case .integer(let value): try container.encode(value)
            case .bool(let value): try container.encode(value)
            case .list(let values): try container.encode(values)
            case .fields(let values): try container.encode(values)
            }
        }

        /// The fields of a record.
        init(_ record: some Encodable) {
            do {
                self = try JSONDecoder().decode(Asks.self, from: JSONEncoder().encode(record))
            } catch {
                preconditionFailure("records are texts and whole numbers, and this is not: \(error)")
            }
        }
    }
}
