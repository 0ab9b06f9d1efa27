import Foundation
import RabbitMQ
import Support
import Testing
import Topology

@testable import GatewayService

/// What the broker lets the gateway do, and what the worker thinks of an event in another's name.
@Suite struct AccountTests {
    @Test("A18 the gateway's account may publish under its own sources only, and nowhere else", .timeLimit(.minutes(1)))
    func account() async throws {
        try await TestBroker.with { broker in
            try await TestGateway.bind(TestGateway.queue, at: broker)
            try await Self.withAccount(for: ["docusign", "hubspot"], at: broker) { url in
                let sources = [WebhookTests.docusign, WebhookTests.relay]
                let settings = [
                    "BATON_AMQP_URL": url, "BATON_GATEWAY_CONFIRM_TIME": "1s", "BATON_GATEWAY_REQUEST_TIME": "4s",
                ]
                try await TestGateway.run(sources, at: broker, settings: settings) { gateway in
                    let refused = try await gateway.send(
                        "/v1/webhooks/crm", headers: Signed.shown(), Array(#"{"EventUuid":"e"}"#.utf8))
                    #expect(refused.status == 503, "its account may not speak for crm")
                    let body = Signed.envelope()
                    try await eventually("its connection is there again, and docusign is taken") {
                        let path = "/v1/webhooks/docusign"
                        return try await gateway.send(path, headers: Signed.docusign(body), body).status == 202
                    }
                    #expect(await gateway.seen.first(1).map(\.routingKey) == ["docusign.docusign.envelope.v1"])
                }
                for (exchange, key) in [
                    ("deals", "salesforce.deal.updated.v1"), ("deals", "docusignx.deal.updated.v1"),
                    ("deals", "deal.updated.v1"), ("work", "deal-events"), ("handoffs", "docusign.x"),
                    ("dead", "deal-events"), ("", "deal-events"),
                ] {
                    let outcome = try await Self.publish(to: exchange, key, as: url)
                    guard case .unknown(reason: .channelClosed(code: 403, _)) = outcome else {
                        Issue.record("\(exchange) \(key): \(outcome)")
                        continue
                    }
                }
                #expect(try await Self.publish(to: "deals", "hubspot.hubspot.deal.v1", as: url) == .confirmed)
            }
        }
    }

    @Test("A18 an event that names another source than its credential's is quarantined", .timeLimit(.minutes(1)))
    func quarantine() async throws {
        try await TestCompany.with(workers: 0) { company in
            let worker = try company.startWorker("deal-events")
            try await TestGateway.bind(TestGateway.queue, at: company.broker)
            try await Self.withAccount(for: ["own"], at: company.broker) { url in
                let settings = ["BATON_AMQP_URL": url]
                try await TestGateway.run([WebhookTests.own], at: company.broker, settings: settings) { gateway in
                    let event = try TestDeals.event(opportunity: "O-1") { $0["source"] = "salesforce" }
                    let headers = Signed.shown("application/cloudevents+json")
                    let reply = try await gateway.send("/v1/webhooks/own", headers: headers, event)
                    #expect(reply.status == 202, "\(reply.text)")
                    try await eventually("it is an incident") {
                        try await company.value("SELECT class FROM incidents") == "source_mismatch"
                    }
                    try await eventually("its copy lies apart") {
                        try await gateway.depth(of: "deal-events.dead") == 1
                    }
                    #expect(try await company.value("SELECT count(*) FROM handoffs") == "0")
                }
            }
            worker.signal(SIGTERM)
            #expect(await worker.waitForExit() == 0)
        }
    }

    /// Runs `body` with the URL of an account that may publish for `sources`; it is gone afterwards.
    private static func withAccount(
        for sources: [String], at broker: TestBroker, _ body: @Sendable (String) async throws -> Void
    ) async throws {
        let name = "gateway-" + uniqueName("x").replacing("_", with: "-")
        let folder = FileManager.default.temporaryDirectory.appending(path: uniqueName("accounts")).path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try "open-sesame".write(toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8)
        var description = try TopologyDescription(folder: repositoryRoot + "/Queues")
        description.accounts = []
        let publisher = "\(name)=\(sources.joined(separator: ","))"
        let passwords = try AccountPasswords(for: description, publishers: [publisher], in: folder)
        let described = description
        _ = try await BrokerAdministration.with(
            ManagementAddress(TestServers.amqpAPI), virtualHost: broker.virtualHost
        ) { try await $0.apply(described, accounts: passwords) }
        let outcome: Result<Void, any Error>
        do {
            try await body(broker.url.replacing("guest:guest@", with: "\(name):open-sesame@"))
            outcome = .success(())
        } catch {
            outcome = .failure(error)
        }
        try await TestBroker.deleteAccount(name)
        try outcome.get()
    }

    private static func publish(to exchange: String, _ key: String, as url: String) async throws -> PublishOutcome {
        let publisher = Publisher(settings: try BrokerSettings(urls: [url]), patience: .seconds(5))
        return await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await publisher.run() }
            let outcome = await publisher.publish([Message(exchange: exchange, routingKey: key, body: Array("{}".utf8))]
            )
            await publisher.close()
            return outcome[0]
        }
    }
}
