import Crypto
import FoundationEssentials
import Logging
import PostgreSQL
import RabbitMQ
import Sagas
import Workers

/// What becomes of a delivery once its work has ended: the one place where that is decided.
enum Settlement: Equatable {
    /// Done, or nothing to do: acknowledged.
    case acknowledge
    /// Never to be done: an incident, its copy, then acknowledged.
    case openIncident(Refused)
    /// The process stops: left unacknowledged, the broker hands it out again.
    case leave
    /// The store or the broker is away: kept and tried again, never returned in a loop.
    case keep(reason: String)
}

/// Decides what becomes of a delivery whose work ended with `error`, or with nothing.
func settlement(after error: (any Error)?) -> Settlement {
    switch error {
    case nil: .acknowledge
    case let refused as Refused: .openIncident(refused)
    case is CancellationError: .leave
    case let error?: .keep(reason: "\(error)")
    }
}

/// Handles the deliveries of one queue: tickets go to the runners, anything else to the queue's worker.
struct DeliveryHandler<S: Saga>: Sendable {
    let queue: Queue
    let runner: HandoffRunner<S>
    let mirrors: MirrorRunner
    /// Takes what is no ticket; queues without one refuse such messages.
    let worker: (any Worker<RawMessage>)?
    let store: any HandoffStore
    let outbox: any Outbox
    let crashes: CrashPlan
    /// For how long a delivery is kept while the store is away; the broker's own limit is 30 minutes.
    let longestKeep: Duration
    let logger: Logger

    /// Works on a delivery until it may be acknowledged; false when it must stay unacknowledged because the process
    /// stops. Throws when the store stayed away for too long.
    func handle(_ delivery: Delivery) async throws -> Bool {
        let giveUp = ContinuousClock.now + longestKeep
        var failures = 0
        while true {
            switch settlement(after: await work(delivery, isRepeated: failures > 0)) {
            case .acknowledge:
                crashes.reached(.publishBeforeAck)
                return true
            case .leave: return false
            case .openIncident(let refused):
                do {
                    try await openIncident(refused, delivery)
                    crashes.reached(.publishBeforeAck)
                    return true
                } catch {
                    failures += 1
                    try await pause(after: failures, until: giveUp, reason: "\(error)")
                }
            case .keep(let reason):
                failures += 1
                try await pause(after: failures, until: giveUp, reason: reason)
            }
        }
    }

    private func work(_ delivery: Delivery, isRepeated: Bool) async -> (any Error)? {
        let correlationID = delivery.properties.correlationID ?? delivery.properties.messageID ?? "-"
        do {
            let isTicket = delivery.properties.type == "ticket" || delivery.properties.type == "mirror-ticket"
            if isTicket, let ticket = Ticket(body: delivery.body, queue: queue.name, correlationID: correlationID) {
                switch ticket.subject {
                case .handoff(let id): try await runner.look(at: id)
                case .mirror(let opportunity, let target, let object):
                    try await mirrors.look(
                        at: MirrorKey(opportunity: opportunity, target: target, object: object))
                }
            } else if let worker {
                try await worker.handle(
                    RawMessage(body: delivery.body, routingKey: delivery.routingKey),
                    on: Attempt(correlationID: correlationID, isRedelivered: delivery.isRedelivered || isRepeated))
            } else {
                throw Refused(.unknownType, "queue \(queue.name) takes tickets only, and this message is none")
            }
            return nil
        } catch {
            return error
        }
    }

    private func openIncident(_ refused: Refused, _ delivery: Delivery) async throws {
        let incident = RawIncident(
            id: UUID(), cause: cause(of: delivery), handoff: nil, queue: queue.name,
            incidentClass: refused.incidentClass, story: refused.reason,
            correlationID: delivery.properties.correlationID ?? delivery.properties.messageID ?? "-",
            body: delivery.body, headers: origin(of: delivery))
        guard try await store.open(incident) else { return }
        logger.error(
            "message is refused",
            metadata: [
                "queue": .string(queue.name), "class": .string(refused.incidentClass.rawValue),
                "incident": .string(incident.id.lowercased), "reason": .string(refused.reason),
                "correlation": .string(incident.correlationID),
            ])
        crashes.reached(.incidentBeforeCopy)
        try await store.copyToDeadLetters([incident.id], outbox: outbox)
    }

    /// `raw/<queue>/<sha256 of message id and body>/<redrive count>`: a copy of the same message finds the same row.
    private func cause(of delivery: Delivery) -> String {
        var hash = SHA256()
        hash.update(data: Data((delivery.properties.messageID ?? "").utf8))
        hash.update(data: Data([0]))
        hash.update(data: Data(delivery.body))
        return "raw/\(queue.name)/\(hash.finalize().hexadecimal)/\(delivery.properties.redriveCount)"
    }

    private func origin(of delivery: Delivery) -> [String: String] {
        var origin = ["exchange": delivery.exchange, "routing_key": delivery.routingKey]
        origin["message_id"] = delivery.properties.messageID
        origin["content_type"] = delivery.properties.contentType
        origin["type"] = delivery.properties.type
        return origin
    }

    private func pause(after failures: Int, until giveUp: ContinuousClock.Instant, reason: String) async throws {
        logger.warning("delivery is kept and tried again", metadata: ["reason": .string(reason)])
        guard ContinuousClock.now < giveUp else { throw StoreAway(reason: reason) }
        let backoff = Backoff(base: .milliseconds(100), cap: .seconds(5), attempts: .max)
        try await Task.sleep(for: backoff.wait(afterFailures: failures, fraction: Double.random(in: 0...1)))
    }
}

/// The store stayed away for longer than a delivery may be kept: the process ends, and the broker keeps the work.
struct StoreAway: Error, CustomStringConvertible {
    let reason: String
    var description: String { "the store stayed away for too long; the broker keeps the work. Last error: \(reason)" }
}

extension Properties {
    /// How often support has sent this message again.
    fileprivate var redriveCount: Int64 {
        switch headers["baton-redrives"] {
        case .integer(let count): count
        default: 0
        }
    }
}
