import Deals
import Logging
import Mappings
import Metrics
import Observability
import RabbitMQ

/// Takes a webhook through its whole life: judged, read, published, confirmed, and only then answered.
struct WebhookDesk: Sendable {
    /// The largest event that the workers read, in bytes.
    static let largestEvent = Limits.standard.bodyBytes

    let doors: [String: Door]
    let publisher: Publisher
    let logger: Logger

    /// The way in of one source.
    struct Door: Sendable {
        /// What stands before the path where the source sees the gateway.
        let publicURL: String
        let verification: any WebhookVerification
        let reader: any WebhookReader
        /// Where its requests are judged and read.
        let workbench: Workbench
    }

    /// Throws unless the head of a request may be the source's; no byte of its body was read yet.
    func judgeHead(
        _ head: WebhookRequest, at receivedAt: Int64, from source: String, _ caller: Caller
    ) throws(Problem) {
        guard let door = doors[source] else { throw Problem(.notFound, "no source is called so") }
        do {
            try door.verification.verifyHead(head, now: .milliseconds(receivedAt))
        } catch {
            throw refused(error, from: source, caller).beforeTheEnd
        }
    }

    /// Throws unless the request with its body is the source's.
    func judge(
        _ request: WebhookRequest, at receivedAt: Int64, from source: String, through door: Door, _ caller: Caller
    ) throws(Problem) {
        do {
            try door.verification.verify(request, now: .milliseconds(receivedAt))
        } catch {
            throw refused(error, from: source, caller)
        }
    }

    /// The sender gets no detail: it would tell a forger which part to work on.
    private func refused(_ refusal: WebhookRefusal, from source: String, _ caller: Caller) -> Problem {
        logger.warning(
            "webhook refused",
            metadata: ["source": "\(source)", "reason": "\(refusal)"].merging(caller.metadata) { first, _ in first })
        return Problem(.notAuthentic)
    }

    /// Answers a webhook that is `source`'s.
    func receive(_ webhook: Webhook, from source: String, through door: Door, _ caller: Caller) async throws -> Answer {
        do {
            return try await take(webhook, from: source, through: door)
        } catch let problem as Problem where problem.kind != .unavailable {
            // Sent again it is refused again: who owns the source has to hear of it the first time.
            logger.error(
                "a webhook of a known source is refused: what it says is lost unless the source is looked at",
                metadata: [
                    "source": "\(source)", "problem": "\(problem.kind.rawValue)", "reason": "\(problem.detail ?? "-")",
                ].merging(caller.metadata) { first, _ in first })
            throw problem
        }
    }

    private func take(_ webhook: Webhook, from source: String, through door: Door) async throws -> Answer {
        let reader = door.reader
        guard let type = webhook.mediaType, reader.mediaTypes.contains(type), webhook.header("content-encoding") == nil
        else {
            let types = reader.mediaTypes.joined(separator: " or ")
            throw Problem(.unsupportedMediaType, "send \(types), not compressed")
        }
        var reading = try await reader.read(webhook)
        for index in reading.events.indices { reading.events[index].traceparent = webhook.traceparent }
        let messages = try messages(of: &reading, from: source, at: webhook.received, reader)
        try confirm(await publisher.publish(messages), from: source)
        report(reading, from: source)
        return reader.acknowledgement(of: reading)
    }

    /// What goes out; an event that no worker would read does not keep those beside it back.
    private func messages(
        of reading: inout Reading, from source: String, at time: Timestamp, _ reader: any WebhookReader
    ) throws(Problem) -> [Message] {
        var messages: [Message] = []
        var fitting: [SourceEvent] = []
        for event in reading.events {
            let message = event.message(from: source)
            if message.body.count <= Self.largestEvent {
                messages.append(message)
                fitting.append(event)
            } else if let type = reader.unreadType {
                reading.add(
                    unread: ["id": .string(event.id), "type": .string(event.type)],
                    because: "an event is over \(Self.largestEvent) bytes", type: type, at: time)
            } else {
                throw Problem(.tooLarge, "an event is over \(Self.largestEvent) bytes")
            }
        }
        reading.events = fitting
        return messages + reading.unread.map { $0.event.message(from: source) }
    }

    private func report(_ reading: Reading, from source: String) {
        for unread in reading.unread {
            logger.error(
                "an entry of a webhook cannot be read: it is handed on as what becomes an incident",
                metadata: ["source": "\(source)", "reason": "\(unread.reason)", "id": "\(unread.event.id)"])
            Counter(
                label: MetricNames.gatewayUnread.name, dimensions: MetricNames.gatewayUnread.dimensions(source)
            ).increment()
        }
        logger.info(
            "webhook taken",
            metadata: [
                "source": "\(source)", "events": "\(reading.events.count)", "ignored": "\(reading.ignored.count)",
                "unread": "\(reading.unread.count)", "ids": "\(reading.events.prefix(10).map(\.id))",
            ])
    }

    /// Throws unless the broker answers for every message: a sender that hears of success sends nothing again.
    private func confirm(_ outcomes: [PublishOutcome], from source: String) throws(Problem) {
        guard let failure = outcomes.first(where: { $0 != .confirmed }) else { return }
        logger.error(
            "the broker did not take a webhook's events: the source is told to send it again",
            metadata: ["source": "\(source)", "outcome": "\(failure)"])
        throw Problem(.unavailable, "the events are not safe yet")
    }
}
