import Foundation
import Hummingbird
import Logging
import NIOCore
import Synchronization

/// HubSpot's API as far as the gateway asks it, on a port of its own.
final class StandInHubSpot: Sendable {
    /// How it answers.
    enum Mood: Sendable {
        case well, throttled, silent
    }

    static let token = "pat-stand-in-token"
    private let asked = Mutex<[String]>([])
    private let mood: Mood

    private init(_ mood: Mood) {
        self.mood = mood
    }

    /// Which paths were asked for, with their methods.
    var paths: [String] { asked.withLock { $0 } }

    /// Runs `body`, which is told the address, with a stand-in in that mood.
    static func with(
        _ mood: Mood = .well, _ body: @escaping @Sendable (String, StandInHubSpot) async throws -> Void
    ) async throws {
        let standIn = StandInHubSpot(mood)
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let application = Application(
            responder: CallbackResponder<BasicRequestContext> { request, _ in try await standIn.answer(request) },
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { port.yield($0.localAddress?.port ?? 0) },
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await application.run() }
            if let number = await ports.first(where: { _ in true }) {
                try await body("http://127.0.0.1:\(number)", standIn)
            }
            group.cancelAll()
        }
    }

    private func answer(_ request: Request) async throws -> Response {
        asked.withLock { $0.append("\(request.method.rawValue) \(request.uri.path)") }
        guard request.headers[.authorization] == "Bearer \(Self.token)" else { return Response(status: .unauthorized) }
        switch mood {
        case .throttled: return Response(status: .tooManyRequests)
        case .silent:
            for await _ in AsyncStream<Void>.makeStream().stream {}
            return Response(status: .serviceUnavailable)
        case .well: break
        }
        guard let body = Self.bodies[request.uri.path] else { return Response(status: .notFound) }
        return Response(
            status: .ok, headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: body)))
    }

    private static let bodies = [
        "/crm/v3/objects/deals/123": """
        {"id":"123","properties":{"dealname":"Rollout","dealstage":"closedwon","amount":"1200.50"},"archived":false,
         "associations":{"line items":{"results":[{"id":"1","type":"deal_to_line_item"},{"id":"2","type":"x"}]},
         "companies":{"results":[{"id":"8","type":"deal_to_company_unlabeled"},{"id":"9","type":"deal_to_company"},
         {"id":"9","type":"deal_to_company_unlabeled"}]},"contacts":{"results":[{"id":"5","type":"deal_to_contact"}]}}}
        """,
        "/crm/v3/objects/line_items/batch/read": """
        {"status":"COMPLETE","results":[{"id":"2","properties":{"hs_sku":"B"}},{"id":"1","properties":{"hs_sku":"A"}}]}
        """,
        "/crm/v3/objects/companies/batch/read": """
        {"status":"COMPLETE","results":[{"id":"8","properties":{"name":"Other"}},
         {"id":"9","properties":{"name":"Acme","hs_parent_company_id":"10"}},{"id":"10","properties":{"name":"Group"}}]}
        """,
        "/crm/v3/objects/contacts/batch/read": """
        {"status":"COMPLETE","results":[{"id":"5","properties":{"email":"a@example.com"}}]}
        """,
    ]
}
