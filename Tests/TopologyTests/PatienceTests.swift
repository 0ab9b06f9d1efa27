import Foundation
import Hummingbird
import Logging
import Support
import Synchronization
import Testing

@testable import Topology

/// How long a broker is asked that does not answer yet.
@Suite struct PatienceTests {
    @Test(
        "a broker that has just started is asked again until it answers", .timeLimit(.minutes(1)),
        arguments: [500, 503])
    func started(status: Int) async throws {
        try await ScriptedBroker.with([status, status, 200]) { broker in
            let found = try await broker.administered { try await $0.find(["overview"], as: [String].self) }
            #expect(found == [])
            #expect(broker.asked == 3)
        }
    }

    @Test("what asking again does not mend is believed at once", .timeLimit(.minutes(1)), arguments: [400, 401, 502])
    func believed(status: Int) async throws {
        try await ScriptedBroker.with([status]) { broker in
            _ = await #expect(throws: TopologyError.self) {
                try await broker.administered { try await $0.find(["overview"], as: [String].self) }
            }
            #expect(broker.asked == 1)
        }
    }

    @Test("all askings together take no longer than one question may", .timeLimit(.minutes(1)))
    func oneDeadline() async throws {
        try await ScriptedBroker.with([500]) { broker in
            let error = await #expect(throws: TopologyError.self) {
                try await broker.administered(timeout: .seconds(1)) {
                    try await $0.find(["overview"], as: [String].self)
                }
            }
            guard case .rejected(_, _, 500, _) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            // At most one for each pause of that second, and one at its begin.
            #expect((2...4).contains(broker.asked), "\(broker.asked)")
        }
    }

    @Test("who is told to stop does not ask on", .timeLimit(.minutes(1)))
    func cancelled() async throws {
        try await ScriptedBroker.with([500]) { broker in
            let asking = Task {
                try await broker.administered(timeout: .seconds(600)) {
                    try await $0.find(["overview"], as: [String].self)
                }
            }
            try await eventually("it asks") { broker.asked > 0 }
            asking.cancel()
            let error = await #expect(throws: TopologyError.self) { try await asking.value }
            #expect(error == .cancelled)
        }
    }
}

/// A management API that answers each question with the next of its statuses, and with the last one from then on.
private final class ScriptedBroker: Sendable {
    private let statuses: [Int]
    private let count = Mutex(0)
    private let port = Mutex(0)

    private init(_ statuses: [Int]) { self.statuses = statuses }

    var asked: Int { count.withLock { $0 } }

    static func with(
        _ statuses: [Int], _ body: @escaping @Sendable (ScriptedBroker) async throws -> Void
    ) async throws {
        let broker = ScriptedBroker(statuses)
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let application = Application(
            responder: CallbackResponder<BasicRequestContext> { _, _ in broker.answer() },
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { port.yield($0.localAddress?.port ?? 0) },
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await application.run() }
            if let number = await ports.first(where: { _ in true }) {
                broker.port.withLock { $0 = number }
                try await body(broker)
            }
            group.cancelAll()
        }
    }

    func administered<Value: Sendable>(
        timeout: Duration = .seconds(30), _ body: (BrokerAdministration) async throws -> Value
    ) async throws -> Value {
        let address = try ManagementAddress("http://u:p@127.0.0.1:\(port.withLock { $0 })")
        return try await BrokerAdministration.with(address, timeout: timeout, body)
    }

    private func answer() -> Response {
        let number = count.withLock { count in
            count += 1
            return count
        }
        let status = statuses[min(number, statuses.count) - 1]
        return Response(status: .init(code: status), body: .init(byteBuffer: .init(string: "[]")))
    }
}
