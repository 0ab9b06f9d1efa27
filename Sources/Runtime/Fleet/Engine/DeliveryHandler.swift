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
    /// Never to be done: an incident, its copy, an answer to whoever sent it, then acknowledged.
    case refuse(RefusedEvent)
    /// The process stops: left unacknowledged, the broker hands it out again.
    case leave
    /// The store or the broker is away: kept and tried again, never returned in a loop.
    case keep(reason: String)
}

/// Decides what becomes of a delivery whose work ended with `error`, or with nothing, after `failures` in a row.
///
/// A value that the database refuses twice is the message's fault, not an absence of the database: once, two workers may
/// have met.
func settlement(after error: (any Error)?, failures: Int = 0) -> Settlement {
    switch error {
    case nil: .acknowledge
    case let event as RefusedEvent: .refuse(event)
    case let refused as Refused: .refuse(RefusedEvent(refused))
    case is CancellationError: .leave
    case let error as PostgreSQLError where error.isRefusedValue && failures > 0:
        .refuse(
            RefusedEvent(Refused(.unknown, "the database refuses what it says (SQLSTATE \(error.sqlState ?? "-"))")))
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
    /// How much of it is worked on at once.
    var room = WorkRoom(for: 64)
    /// For how long a delivery is kept while the store is away; the broker's own limit is 30 minutes.
    let longestKeep: Duration
    /// Those that are kept just now.
    let kept: KeptDeliveries
    let logger: Logger

    /// Works on a delivery until it may be acknowledged; false when it must stay unacknowledged because the process
    /// stops. Throws when the store stayed away for too long.
    func handle(_ delivery: Delivery) async throws -> Bool {
        let began = ContinuousClock.now
        var failures = 0
        // A refusal is decided once; what of it is done already is not done again.
        var refusal: Refusal?
        defer { kept.release(delivery.tag) }
        while true {
            let outcome =
                if let refusal {
                    Settlement.refuse(refusal.event)
                } else {
                    settlement(after: await work(delivery, isRepeated: failures > 0), failures: failures)
                }
            let reason: String
            switch outcome {
            case .acknowledge:
                crashes.reached(.publishBeforeAck)
                return true
            case .leave: return false
            case .refuse(let event):
                do {
                    var telling = refusal ?? Refusal(event: event, message: DeliveredMessage(delivery, in: queue.name))
                    defer { refusal = telling }
                    try await tell(&telling, delivery)
                    crashes.reached(.publishBeforeAck)
                    return true
                } catch {
                    reason = "\(error)"
                }
            case .keep(let why): reason = why
            }
            failures += 1
            kept.keep(delivery.tag, since: began)
            try await pause(delivery, after: failures, until: began + longestKeep, reason: reason)
        }
    }

    private func work(_ delivery: Delivery, isRepeated: Bool) async -> (any Error)? {
        let correlationID = DeliveredMessage.correlationID(of: delivery)
        do {
            let isTicket = delivery.properties.type == "ticket" || delivery.properties.type == "mirror-ticket"
            if isTicket, let ticket = Ticket(body: delivery.body, queue: queue.name, correlationID: correlationID) {
                switch ticket.subject {
                case .handoff(let id): try await room.handoffs.hold { try await runner.look(at: id) }
                case .mirror(let opportunity, let target, let object):
                    try await room.statuses.hold {
                        try await mirrors.look(
                            at: MirrorKey(opportunity: opportunity, target: target, object: object))
                    }
                }
            } else if let worker {
                try await worker.handle(
                    RawMessage(
                        body: delivery.body, routingKey: try await routingKey(of: delivery),
                        publisher: delivery.properties.userID.flatMap(OutsideText.identifier)),
                    on: Attempt(correlationID: correlationID, isRedelivered: delivery.isRedelivered || isRepeated))
            } else {
                throw Refused(.unknownType, "queue \(queue.name) takes tickets only, and this message is none")
            }
            return nil
        } catch {
            return error
        }
    }

    /// Whether somebody moved it with the broker's own tools: to the default exchange, which leads to the queue of the
    /// key's name, and over which neither publishers nor workers may send.
    private func wasMovedByHand(_ delivery: Delivery) -> Bool {
        delivery.exchange.isEmpty && delivery.routingKey == queue.name
    }

    /// The key under which it was published. Whoever moves a message by hand loses that, and with it whose it is; of one
    /// that was refused before, the row knows.
    private func routingKey(of delivery: Delivery) async throws -> String {
        // Taken as they come, these headers would decide where it is sent from.
        if delivery.exchange == "deals", delivery.properties.claimsToBeGivenUp(by: queue.name) {
            throw Refused(
                .sourceMismatch,
                "its headers say that \(queue.name) gave it up, which is for the broker to say: publish it without x-death"
            )
        }
        guard wasMovedByHand(delivery) else { return delivery.routingKey }
        guard let key = try await store.origin(ofBody: delivery.body, in: queue.name)?["routing_key"] else {
            throw Refused(
                .movedByHand,
                "it came over the default exchange under the queue's own name, without the routing key under which it was published"
            )
        }
        return key
    }

    /// How far telling about a refused delivery has come.
    private struct Refusal {
        var event: RefusedEvent
        var message: DeliveredMessage
        var incident: UUID?
        var isTold = false

        /// What is sure to be storable: the database has refused the rest.
        mutating func strip() {
            message.origin = [:]
            message.correlationID = message.digestID
            event = RefusedEvent(event.refused, answer: event.answer)
        }
    }

    /// An incident first, then its copy and, once, the answer.
    private func tell(_ refusal: inout Refusal, _ delivery: Delivery) async throws {
        let (refused, message) = (refusal.event.refused, refusal.message)
        if !refusal.isTold {
            let incident = RawIncident(
                id: UUID(), cause: message.causePrefix, handoff: nil, queue: queue.name,
                incidentClass: refused.incidentClass, story: refused.reason, said: refused.said,
                correlationID: refusal.event.facts.correlationID ?? message.correlationID, body: message.body,
                headers: message.origin, facts: refusal.event.facts, status: refusal.event.status,
                countsRepeat: !delivery.isRedelivered)
            let received: Reception
            do {
                received = try await store.receive(
                    ReceivedMessage(
                        incident, timesSent: message.timesSent, wasMoved: wasMovedByHand(delivery)))
            } catch let error as PostgreSQLError where error.sqlState?.hasPrefix("22") == true {
                refusal.strip()
                throw error
            }
            refusal.isTold = true
            if worker != nil { IntakeCounters.count("rejected") }
            refusal.incident = received.isNew ? received.incident : nil
            logger.log(
                level: received.isNew ? .error : .warning,
                received.isNew ? "message is refused" : "message is refused once more",
                metadata: [
                    "queue": .string(queue.name), "class": .string(refused.incidentClass.rawValue),
                    "incident": .string(received.incident.lowercased), "reason": .string(refused.reason),
                    "correlation": .string(incident.correlationID),
                ])
        }
        if let incident = refusal.incident {
            crashes.reached(.incidentBeforeCopy)
            try await store.copyToDeadLetters([incident], outbox: outbox)
            refusal.incident = nil
        }
        if let answer = refusal.event.answer { try await outbox.announce(answer) }
    }

    private func pause(
        _ delivery: Delivery, after failures: Int, until giveUp: ContinuousClock.Instant, reason: String
    ) async throws {
        logger.warning(
            "delivery is kept and tried again",
            metadata: [
                "reason": .string(reason), "correlation": .string(DeliveredMessage.correlationID(of: delivery)),
            ])
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
    /// Whether its record of dead-lettering names `queue`.
    fileprivate func claimsToBeGivenUp(by queue: String) -> Bool {
        guard case .array(let entries)? = headers["x-death"] else { return false }
        return entries.contains { entry in
            if case .table(let fields) = entry { fields["queue"] == .string(queue) } else { false }
        }
    }
}
