import Foundation
import RabbitMQ
import Synchronization

/// Publishes messages with confirms, sends again what was not confirmed, and keeps the list of what was published.
final class Feed: Sendable {
    private struct State {
        var events: Set<String> = []
        var unreadable: Set<String> = []
        var publications = 0
    }

    private let publisher: Publisher
    private let list: FileHandle
    private let state = Mutex(State())

    init(publisher: Publisher, list path: String) throws {
        self.publisher = publisher
        try Data().write(to: URL(fileURLWithPath: path))
        list = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    }

    /// What the broker did not take although it was asked again and again.
    struct NotTaken: Error, CustomStringConvertible {
        let messageID: String
        let outcome: PublishOutcome
        var description: String { "the broker did not take message \(messageID): \(outcome)" }
    }

    /// How many different events the broker has confirmed, and how many unreadable messages.
    var confirmed: (events: Int, unreadable: Int) { state.withLock { ($0.events.count, $0.unreadable.count) } }

    /// Publishes in order; returns when the broker has confirmed all.
    func publish(_ dispatches: [Workload.Dispatch]) async throws {
        var waiting = dispatches
        let giveUp = ContinuousClock.now + .seconds(120)
        while !waiting.isEmpty {
            let outcomes = await publisher.publish(waiting.map(Self.message))
            var again: [Workload.Dispatch] = []
            for (dispatch, outcome) in zip(waiting, outcomes) {
                switch outcome {
                case .confirmed: try note(dispatch.message, isConfirmed: true)
                case .unknown: try note(dispatch.message, isConfirmed: false)
                case .unavailable, .nacked, .returned, .invalid: break
                }
                guard outcome != .confirmed else { continue }
                if case .invalid = outcome { throw NotTaken(messageID: dispatch.message.messageID, outcome: outcome) }
                guard ContinuousClock.now < giveUp else {
                    throw NotTaken(messageID: dispatch.message.messageID, outcome: outcome)
                }
                again.append(dispatch)
            }
            waiting = again
            if !waiting.isEmpty { try await Task.sleep(for: .milliseconds(200)) }
        }
    }

    private func note(_ message: PublishedMessage, isConfirmed: Bool) throws {
        var message = message
        message.isConfirmed = isConfirmed
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let line = try encoder.encode(message) + Data("\n".utf8)
        try state.withLock { state in
            state.publications += 1
            if isConfirmed {
                if let event = message.eventID {
                    state.events.insert(event)
                } else {
                    state.unreadable.insert(message.messageID)
                }
            }
            try list.write(contentsOf: line)
        }
    }

    private static func message(_ dispatch: Workload.Dispatch) -> Message {
        Message(
            exchange: dispatch.exchange, routingKey: dispatch.routingKey,
            properties: Properties(
                contentType: "application/cloudevents+json", messageID: dispatch.message.messageID),
            body: dispatch.body)
    }
}
