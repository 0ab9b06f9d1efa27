import FoundationEssentials
import RabbitMQ
import Sagas

/// The publications of one worker at the broker, gathered into batches.
final class BrokerOutbox: Outbox {
    private let publisher: Publisher
    private let batcher: Batcher<Message, PublishOutcome>
    /// Makes due what waits for tickets that are not known to have arrived.
    private let missed: @Sendable ([Ticket]) async -> Void

    init(publisher: Publisher, missed: @escaping @Sendable ([Ticket]) async -> Void = { _ in }) {
        self.publisher = publisher
        self.missed = missed
        batcher = Batcher(limit: 500) { await publisher.publish($0) }
    }

    func isReady() async -> Bool { await publisher.isReady }

    func publish(_ tickets: [Ticket]) async throws -> [Ticket] {
        if tickets.isEmpty { return [] }
        // Nobody waits for a broker that is away or takes nothing: the work goes on without tickets meanwhile.
        guard await publisher.isReady else {
            await missed(tickets)
            return []
        }
        let messages = try tickets.map(Self.message(for:))
        let outcomes =
            messages.count == 1 ? [try await batcher.submit(messages[0])] : await publisher.publish(messages)
        let confirmed = zip(tickets, outcomes).filter { $0.1 == .confirmed }.map(\.0)
        if confirmed.count < tickets.count {
            await missed(zip(tickets, outcomes).filter { $0.1 != .confirmed }.map(\.0))
        }
        return confirmed
    }

    func publish(_ copies: [IncidentCopy]) async throws -> [IncidentCopy] {
        var confirmed: [IncidentCopy] = []
        for copy in copies {
            if case .confirmed = try await batcher.submit(try Self.message(for: copy)) { confirmed.append(copy) }
        }
        return confirmed
    }

    func announce(_ event: Announcement) async throws {
        let message = Message(
            exchange: "handoffs", routingKey: event.type,
            properties: Properties(
                contentType: "application/cloudevents+json", messageID: event.id, correlationID: event.correlationID,
                type: event.type),
            body: event.body)
        // Nobody may be bound to the exchange: an announcement that is returned was still made.
        switch try await batcher.submit(message) {
        case .confirmed, .returned: return
        case let outcome: throw OutboxError.notConfirmed(event.type, "\(outcome)")
        }
    }

    func depth(of queue: String) async throws -> QueueDepth? { try await publisher.depth(of: queue) }

    private static func message(for ticket: Ticket) throws -> Message {
        let type =
            switch ticket.subject {
            case .handoff: "ticket"
            case .mirror: "mirror-ticket"
            }
        return Message(
            exchange: "work", routingKey: ticket.queue,
            properties: Properties(
                contentType: "application/json", messageID: UUID().lowercased, correlationID: ticket.correlationID,
                type: type),
            body: try ticket.encoded())
    }

    private static func message(for copy: IncidentCopy) throws -> Message {
        var headers: [String: HeaderValue] = [
            "baton-incident": .string(copy.id.lowercased), "baton-class": .string(copy.incidentClass),
            "baton-reason": .string(copy.story), "baton-queue": .string(copy.queue),
            "baton-attempts": .integer(Int64(copy.attempts)),
        ]
        if let step = copy.step { headers["baton-step"] = .string(step) }
        if let handoff = copy.handoff { headers["baton-handoff"] = .string(handoff.lowercased) }
        let body =
            try copy.body ?? copy.handoff.map {
                try Ticket(.handoff($0), queue: copy.queue, correlationID: copy.correlationID).encoded()
            } ?? []
        return Message(
            exchange: "dead", routingKey: copy.queue,
            properties: Properties(
                contentType: copy.body == nil ? "application/json" : "application/octet-stream",
                messageID: copy.id.lowercased, correlationID: copy.correlationID, type: "dead-letter",
                headers: headers),
            body: body)
    }
}

/// What the broker did not take.
enum OutboxError: Error, CustomStringConvertible {
    case notConfirmed(String, String)

    var description: String {
        switch self {
        case .notConfirmed(let what, let why): "the broker did not confirm \(what): \(why)"
        }
    }
}
