import Foundation
import Testing

@testable import RabbitMQ

@Suite(.serialized) struct DeadLetterTests {
    /// A message that expires in `work` lands in `dead`; what is put into `delay` comes back to `work`.
    private func withQueues(_ body: (_ work: String, _ dead: String, _ delay: String) async throws -> Void) async throws
    {
        let broker = try TestBroker()
        try await broker.withQueue { dead in
            let work = "test-work-\(UUID())"
            let toDead: [String: any Sendable] = [
                "x-message-ttl": 100, "x-dead-letter-exchange": "", "x-dead-letter-routing-key": dead,
            ]
            let toWork: [String: any Sendable] = [
                "x-message-ttl": 100, "x-dead-letter-exchange": "", "x-dead-letter-routing-key": work,
            ]
            try await broker.withQueue(arguments: toWork) { delay in
                try await broker.declare(work, arguments: toDead)
                try await body(work, dead, delay)
                try await broker.delete(work)
            }
        }
    }

    @Test(
        "R4 a dead letter republished without its record comes back; with it the broker drops it",
        .timeLimit(.minutes(1)))
    func cycle() async throws {
        let settings = try TestBroker().settings
        try await withQueues { work, dead, delay in
            try await withPublisher(settings) { publisher in
                #expect(await publisher.publish([.to(work, id: "one")]) == [.confirmed])
                let letter = try await withConsumer(settings, queue: dead) { consumer, reader in
                    let delivery = try await reader.next()[0]
                    await consumer.settle([delivery.tag])
                    return delivery
                }
                #expect(letter.properties.headers["x-death"] != nil)
                try await withConsumer(settings, queue: work) { consumer, reader in
                    var kept = letter.properties
                    kept.messageID = "kept"
                    var stripped = letter.properties.withoutDeathHeaders(savedUnder: "past-")
                    stripped.messageID = "stripped"
                    // Both wait in the same queue for the same time, so the first would come first.
                    let outcomes = await publisher.publish([
                        Message(exchange: "", routingKey: delay, properties: kept, body: letter.body),
                        Message(exchange: "", routingKey: delay, properties: stripped, body: letter.body),
                    ])
                    #expect(outcomes == [.confirmed, .confirmed])
                    let first = try await reader.next()[0]
                    #expect(first.properties.messageID == "stripped")
                    #expect(first.properties.headers["past-x-death"] != nil)
                    await consumer.settle([first.tag])
                }
            }
        }
    }
}
