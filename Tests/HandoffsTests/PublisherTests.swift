import Foundation
import RabbitMQ
import Support
import Testing

extension Fleets {
    @Suite(.serialized) struct PublisherTests {
        @Test(
            "SEC-F9 who asked for a handoff is the login that the broker vouches for, and nobody uses another's",
            .timeLimit(.minutes(1)))
        func publisher() async throws {
            try await TestCompany.with(workers: 0) { company in
                let worker = try company.start(["deal-events"])
                let own = company.broker.settings.user
                func publish(_ opportunity: String, as login: String?) async throws -> PublishOutcome {
                    await company.publisher.publish([
                        Message(
                            exchange: "deals", routingKey: "salesforce.deal.updated.v1",
                            properties: Properties(contentType: "application/cloudevents+json", userID: login),
                            body: try TestDeals.event(opportunity: opportunity, contract: "CT-\(opportunity)"))
                    ])[0]
                }
                #expect(try await publish("O-unnamed", as: nil) == .confirmed)
                #expect(try await publish("O-named", as: own) == .confirmed)
                #expect(try await publish("O-forged", as: "hubspot") != .confirmed)
                try await eventually("both are known") { try await company.count("events") == 2 }
                let who = try await company.value(
                    """
                    SELECT string_agg(concat_ws(' ', opportunity, publisher, requesters_of(handoff_id)::text), ', '
                        ORDER BY opportunity) FROM events
                    """)
                #expect(who == "O-named \(own) {publisher:\(own)}, O-unnamed {publisher:salesforce}")
                #expect(await company.stop(worker) == [0])
            }
        }
    }
}
