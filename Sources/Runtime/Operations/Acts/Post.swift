import Fleet
import FoundationEssentials
import RabbitMQ

/// What an act leaves to be published once it is committed.
enum Letter: Sendable, Equatable {
    /// A handoff is ready. Where the ticket is lost, the row is due and the sweeper publishes it.
    case ticket(Ticket)
    /// A message goes back to where it came from.
    case message(incident: RowID, Message)
}

/// The way to the broker, which may be away or not be configured.
public struct Post: Sendable {
    /// After how long a ready row counts as one whose ticket was lost.
    static let ticketLease = Duration.seconds(30)

    private let publisher: Publisher?

    /// Publishes over `publisher`; without one nothing is published, and rows wait for the sweeper.
    public init(publisher: Publisher?) {
        self.publisher = publisher
    }

    /// Why the broker has not confirmed a letter.
    struct Loss: Sendable, Equatable {
        var reason: String
        /// Whether the broker as a whole did not answer, so that others need not be tried either.
        var isBrokerAway = false
    }

    /// Publishes and says of each whether the broker has confirmed it (nil), and if not, why.
    func publish(_ letters: [Letter]) async throws -> [Loss?] {
        guard let publisher else {
            return letters.map { _ in Loss(reason: "no broker is configured", isBrokerAway: true) }
        }
        return await publisher.publish(try letters.map(Self.message)).map { outcome in
            switch outcome {
            case .confirmed: nil
            case .returned(_, let text): Loss(reason: "no queue took it: \(text)")
            case .nacked: Loss(reason: "its queue refused it")
            case .invalid(let reason): Loss(reason: "\(reason)")
            case .unknown(let reason), .unavailable(let reason): Loss(reason: "\(reason)", isBrokerAway: true)
            }
        }
    }

    private static func message(for letter: Letter) throws -> Message {
        switch letter {
        case .message(_, let message): return message
        case .ticket(let ticket):
            return Message(
                exchange: "work", routingKey: ticket.queue,
                properties: Properties(
                    contentType: "application/json", messageID: RowID(UUID()).description,
                    correlationID: ticket.correlationID, type: "ticket"),
                body: try ticket.encoded())
        }
    }
}

extension Message {
    /// A refused message as it was, on its way back to where it was first published; `round` counts its incidents.
    init(returning body: [UInt8], origin: [String: String], round: Int, correlationID: String) {
        self.init(
            exchange: origin["exchange"] ?? "", routingKey: origin["routing_key"] ?? "",
            properties: Properties(
                contentType: origin["content_type"], messageID: origin["message_id"],
                correlationID: correlationID == "-" ? nil : correlationID, type: origin["type"],
                headers: ["baton-redrives": .integer(Int64(round) + 1)]),
            body: body)
    }
}
