import FoundationEssentials
import Metrics
import MetricsTestKit
import NIOCore
import NIOPosix
import Synchronization
import Testing
import Workers

@testable import Connectors

@Suite struct CallerTests {
    @Test(
        "a status says whether a failure is for ever, for now or unknown",
        arguments: [
            (200, nil), (201, nil), (204, nil), (202, "accepted"), (301, "failure"), (304, "failure"), (400, "refused"),
            (401, "failure"), (403, "failure"), (404, "refused"), (408, "failure"), (409, "refused"), (422, "refused"),
            (429, "throttled"), (500, "failure"), (502, "failure"), (503, "failure"), (504, "failure"),
        ] as [(Int, String?)])
    func classification(status: Int, expected: String?) {
        let failure = HTTPAnswer(status: status, retryAfter: nil, body: Data()).failure(of: "ERP", said: nil)
        let name = failure is Refused ? "refused" : (failure as? Unavailable)?.cause.rawValue
        #expect(name == expected)
    }

    @Test("503 is throttled when it says for how long")
    func maintenance() {
        let failure = HTTPAnswer(status: 503, retryAfter: .seconds(60), body: Data()).failure(of: "ERP", said: nil)
        let unavailable = failure as? Unavailable
        #expect(unavailable?.cause == .throttled && unavailable?.retryAfter == .seconds(60))
    }

    @Test(
        "an answer that cannot be read says nothing about what was done",
        .timeLimit(.minutes(1)),
        arguments: [
            "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nsecret=42",
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
            "HTTP/1.1 200 OK\r\nContent-Length: 2000000\r\n\r\nx",
            "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{",
            "HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n",
            "nonsense\r\n\r\n",
            "",
        ])
    func unreadable(answer: String) async throws {
        // The one that announces two megabytes sends them: spelt out here, it would fill the list of tests.
        let body = answer.hasSuffix("x") ? String(repeating: "x", count: 1_999_999) : ""
        try await withPeer(answering: answer + body) { base, connections in
            let erp = SandboxERP(base: base, connections: connections)
            let failure = await #expect(throws: Unavailable.self) {
                try await erp.createCustomer(Samples.customer(), as: call("k", within: .seconds(1)))
            }
            #expect(failure?.cause == .failure && failure?.target == "ERP")
            #expect(failure?.description.contains("secret") == false)
        }
    }

    @Test("a 404 that does not come from the system itself says nothing about what is there", .timeLimit(.minutes(1)))
    func foreignNotFound() async throws {
        // The peer closes after each answer: said so, no call runs into a connection that is just closing.
        let answer = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        try await withPeer(answering: answer) { base, connections in
            let (erp, psa) = (
                SandboxERP(base: base, connections: connections), SandboxPSA(base: base, connections: connections)
            )
            let refused = await #expect(throws: Refused.self) { try await erp.deleteProject("P", as: call("k")) }
            #expect(refused?.incidentClass == .undoRefused)
            await #expect(throws: Refused.self) { try await erp.hasProject("P", as: call("k")) }
            await #expect(throws: Refused.self) { try await psa.findActivation(of: "P", as: call("k")) }
        }
    }

    @Test("a target that drips its answer is left at the deadline", .timeLimit(.minutes(1)))
    func dripping() async throws {
        // The head arrives at once, the rest never: only a limit on the whole answer ends this call.
        try await withPeer(answering: "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{", closes: false) {
            base, connections in
            let erp = SandboxERP(base: base, connections: connections)
            let slow = call("k", within: .seconds(1))
            let failure = await #expect(throws: Unavailable.self) { try await erp.findCustomers(as: slow) }
            #expect(failure?.reason == "no answer in time")
        }
    }

    @Test("a target that is down is told apart at once", .timeLimit(.minutes(1)))
    func down() async throws {
        try await withConnections { connections in
            let erp = SandboxERP(base: "http://127.0.0.1:1", connections: connections)
            let failure = await #expect(throws: Unavailable.self) { try await erp.findCustomers(as: call("k")) }
            #expect(failure?.cause == .failure)
            #expect(failure?.reason != "no answer in time")
        }
    }

    @Test("a call carries its key and its correlation id, and is sent once", .timeLimit(.minutes(1)))
    func headers() async throws {
        let heard = Heard()
        try await withPeer(answering: "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n", heard: heard) {
            base, connections in
            let erp = SandboxERP(base: base, connections: connections)
            await #expect(throws: Unavailable.self) { try await erp.createCustomer(Samples.customer(), as: call("k1")) }
        }
        let text = heard.text.lowercased()
        #expect(text.contains("idempotency-key: k1\r\n") && text.contains("x-correlation-id: corr-k1\r\n"))
        #expect(text.components(separatedBy: "post /erp/customers").count == 2)
    }

    @Test("the time of every call is measured by target, verb and outcome", .timeLimit(.minutes(1)))
    func metrics() async throws {
        let metrics = RecordedMetrics.shared
        try await withTargets(.sandbox) { targets in
            try await targets.crm.writeHandoff(Samples.status(), opportunity: "O", as: call("k"))
            try await targets.arm(
                #"[{"effect":"refuse","count":1},{"effect":"error","count":1}]"#)
            await #expect(throws: Refused.self) {
                try await targets.crm.writeHandoff(Samples.status(), opportunity: "O", as: call("k"))
            }
            await #expect(throws: Unavailable.self) {
                try await targets.crm.writeHandoff(Samples.status(), opportunity: "O", as: call("k"))
            }
        }
        for outcome in ["ok", "refused", "unavailable"] {
            let timer = try metrics.expectTimer(
                "baton_call_seconds", [("target", "CRM"), ("verb", "write_handoff"), ("outcome", outcome)])
            #expect(timer.values.allSatisfy { $0 > 0 } && !timer.values.isEmpty)
        }
    }

    @Test(
        "SUP-3.3 a target that has taken the work, or asks for fewer calls, has not failed", .timeLimit(.minutes(1)))
    func notFailed() async throws {
        let metrics = RecordedMetrics.shared
        func count(_ outcome: String) -> Int {
            let labels = [("target", "ERP"), ("verb", "create_billing_schedule"), ("outcome", outcome)]
            return (try? metrics.expectTimer("baton_call_seconds", labels).values.count) ?? 0
        }
        let before = ["accepted", "throttled"].map(count)
        try await withTargets(.sandbox, billingDelay: .seconds(60)) { targets in
            let ground = try await Verb.createBillingSchedule.prepare(targets)
            await #expect(throws: Unavailable.self) {
                try await Verb.createBillingSchedule.perform(targets, ground, as: call("k"))
            }
            try await targets.arm(#"[{"verb":"create_billing_schedule","effect":"throttle","retryAfterS":7}]"#)
            await #expect(throws: Unavailable.self) {
                try await Verb.createBillingSchedule.perform(targets, ground, as: call("k"))
            }
        }
        #expect(zip(["accepted", "throttled"].map(count), before).allSatisfy { $0 > $1 })
    }

    @Test(
        "parts of paths keep every character",
        arguments: [("a/b c", "a%2Fb%20c"), ("é?&#", "%C3%A9%3F%26%23"), ("\n", "%0A")])
    func parts(plain: String, encoded: String) {
        #expect(plain.asPart == encoded)
    }
}

/// Metrics can be set up once per process.
enum RecordedMetrics {
    static let shared: TestMetrics = {
        let metrics = TestMetrics()
        MetricsSystem.bootstrap(metrics)
        return metrics
    }()
}

/// What a peer was told.
final class Heard: Sendable {
    private let bytes = Mutex("")
    var text: String { bytes.withLock { $0 } }
    func add(_ more: String) { bytes.withLock { $0 += more } }
}

/// A peer on a free port that answers every connection with the same bytes, whatever it is told.
func withPeer(
    answering answer: String, closes: Bool = true, heard: Heard = Heard(),
    _ body: (_ base: String, _ connections: HTTPConnections) async throws -> Void
) async throws {
    let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .childChannelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(Peer(answer: answer, closes: closes, heard: heard))
            }
        }
        .bind(host: "127.0.0.1", port: 0).get()
    let port = try #require(server.localAddress?.port)
    try await withConnections { try await body("http://127.0.0.1:\(port)", $0) }
    try await server.close()
}

private final class Peer: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let answer: String
    private let closes: Bool
    private let heard: Heard
    private var hasAnswered = false

    init(answer: String, closes: Bool, heard: Heard) {
        self.answer = answer
        self.closes = closes
        self.heard = heard
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        heard.add(String(buffer: unwrapInboundIn(data)))
        guard !hasAnswered else { return }
        hasAnswered = true
        let written = context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: answer)))
        guard closes else { return }
        written.assumeIsolated().whenComplete { _ in context.close(promise: nil) }
    }
}
