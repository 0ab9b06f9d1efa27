import Deals
import Foundation
import Observability
import Support
import Synchronization
import Testing

@testable import GatewayService

/// What one source sends is computed upon aside: nobody else waits for it.
@Suite struct WorkbenchTests {
    /// Blocks the thread that it is read on, until it is let go.
    private final class Blocking: WebhookReader, Sendable {
        private let gate = DispatchSemaphore(value: 0)
        private let begun = Mutex(0)

        var count: Int { begun.withLock { $0 } }

        func read(_ webhook: Webhook) async throws -> Reading {
            begun.withLock { $0 += 1 }
            hold()
            return Reading()
        }

        /// Computing takes a thread; so does this.
        private func hold() { gate.wait() }

        func release(_ count: Int) {
            for _ in 0..<count { gate.signal() }
        }
    }

    @Test(
        "SEC-F4 while what one source sends is computed upon, other sources, checks and probes are answered",
        .timeLimit(.minutes(1)))
    func others() async throws {
        let blocking = Blocking()
        // More than there are threads in the pool that answers.
        let many = max(ProcessInfo.processInfo.activeProcessorCount, 4) * 2
        let slow = Source.made("slow", .cpq)
        let settings = ["BATON_GATEWAY_TOKEN": "a token of some length", "BATON_GATEWAY_REQUEST_TIME": "60s"]
        try await TestGateway.with(
            [slow, WebhookTests.relay], settings: settings,
            readers: { source, client in
                source.name == "slow"
                    ? blocking : source.reader(client: client, oldest: .seconds(3600), logger: .init(label: "test"))
            },
            { gateway in
                try await withThrowingTaskGroup(of: Int.self) { group in
                    // Whatever fails here: nobody is left blocked.
                    defer { blocking.release(many) }
                    for _ in 0..<many {
                        group.addTask {
                            try await gateway.send("/v1/webhooks/slow", headers: Signed.shown(), Array("{}".utf8))
                                .status
                        }
                    }
                    try await eventually("one is computed upon") { blocking.count == 1 }
                    let relayed = try await gateway.send(
                        "/v1/webhooks/crm", headers: Signed.shown(), Array(#"{"EventUuid":"e"}"#.utf8))
                    #expect(relayed.status == 202)
                    let check = try await gateway.send(
                        "/v1/validate", headers: [("authorization", "Bearer a token of some length")], Array("{}".utf8))
                    #expect(check.status == 200)
                    #expect(try await gateway.send("/openapi.json", method: "GET").status == 200)
                    #expect(blocking.count == 1, "one at a time")
                    blocking.release(many)
                    for try await status in group { #expect(status == 202) }
                }
            })
        #expect(blocking.count == many)
    }

    @Test("SEC-F4 computing ends when its time is over, and the sender is told to come again", .timeLimit(.minutes(1)))
    func time() async throws {
        let settings = ["BATON_GATEWAY_COMPUTE_TIME": "10ms", "BATON_GATEWAY_TOKEN": "a token of some length"]
        try await TestGateway.with([WebhookTests.relay], settings: settings) { gateway in
            // 240,000 values take longer than 10 ms on any machine.
            let body = Array(("[{\"EventUuid\":\"e\",\"x\":[" + String(repeating: "[],", count: 240_000) + "1]}]").utf8)
            let reply = try await gateway.send("/v1/webhooks/crm", headers: Signed.shown(), body)
            #expect(reply.status == 503 && reply.text.contains("longer than a request may compute"), "\(reply.text)")
            let bearer = [("authorization", "Bearer a token of some length")]
            for path in ["/v1/validate", "/v1/plan"] {
                let deal = Array(("{\"lines\":[" + String(repeating: "[],", count: 240_000) + "1]}").utf8)
                let judged = try await gateway.send(path, headers: bearer, deal)
                #expect(
                    judged.status == 503 && judged.text.contains("longer than a request may compute")
                        && judged.headers["retry-after"] == "5", "\(judged.text)")
                // The thread is free again at once: what was given up computes no further.
                try await eventually("the next one is judged") {
                    try await gateway.send(path, headers: bearer, Array("{}".utf8)).status == 200
                }
            }
        }
    }

    @Test("SEC-F4 more values than a body may have are refused, whatever they are", .timeLimit(.minutes(1)))
    func values() async throws {
        try await TestGateway.with([WebhookTests.relay], settings: ["BATON_GATEWAY_COMPUTE_TIME": "60s"]) { gateway in
            let body = Array(("[" + String(repeating: "0,", count: 300_000) + "0]").utf8)
            let reply = try await gateway.send("/v1/webhooks/crm", headers: Signed.shown(), body)
            #expect(reply.status == 400 && reply.text.contains("more than 250000 values"), "\(reply.text)")
        }
    }

    @Test(
        "SEC-F4 a thread that is stuck makes the gateway neither live nor ready, and says whose it is",
        .timeLimit(.minutes(1)))
    func stuck() async throws {
        let workbench = Workbench("source crm")
        let vitals = Vitals(of: [workbench], patience: .seconds(1))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await vitals.run() }
            try await eventually("all beat") { vitals.check().isOK }
            let blocking = Blocking()
            group.addTask {
                try await workbench.run { _ = try await blocking.read(Self.webhook) }
            }
            try await eventually("it is noticed") {
                let found = vitals.check()
                return !found.isOK && found.why?.contains("source crm") == true
            }
            blocking.release(1)
            try await eventually("it is well again") { vitals.check().isOK }
            group.cancelAll()
        }
    }

    private static let webhook = Webhook(
        request: .init(method: "POST", url: "x", headers: [], body: []), receivedAt: 0, deadline: .now,
        computesUntil: .now)
}
