import Deals
import Logging
import Mappings
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
    }

    /// Answers a webhook of `source` that came through its `door`.
    func receive(_ webhook: Webhook, from source: String, through door: Door) async throws -> Answer {
        let reader = door.reader
        do {
            try door.verification.verify(webhook.request, now: .milliseconds(webhook.receivedAt))
        } catch {
            // The sender gets no detail: it would tell a forger which part to work on.
            logger.warning("webhook refused", metadata: ["source": "\(source)", "reason": "\(error)"])
            throw Problem(.notAuthentic)
        }
        guard let type = webhook.mediaType, reader.mediaTypes.contains(type), webhook.header("content-encoding") == nil
        else {
            let types = reader.mediaTypes.joined(separator: " or ")
            throw Problem(.unsupportedMediaType, "send \(types), not compressed")
        }
        var reading = try await reader.read(webhook)
        for index in reading.events.indices { reading.events[index].traceparent = webhook.traceparent }
        let messages = reading.events.map { $0.message(from: source) }
        guard messages.allSatisfy({ $0.body.count <= Self.largestEvent }) else {
            throw Problem(.tooLarge, "an event is over \(Self.largestEvent) bytes")
        }
        try confirm(await publisher.publish(messages), from: source)
        logger.info(
            "webhook taken",
            metadata: [
                "source": "\(source)", "events": "\(reading.events.count)", "ignored": "\(reading.ignored.count)",
                "ids": "\(reading.events.prefix(10).map(\.id))",
            ])
        return reader.acknowledgement(of: reading)
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
