import Deals
import Foundation
import Hummingbird
import Logging
import NIOCore
import Synchronization
import Testing

@testable import GatewayService

/// HubSpot's API as far as the gateway asks it, on a port of its own.
final class StandInHubSpot: Sendable {
    /// How it answers.
    enum Mood: Sendable {
        case well, throttled, silent
    }

    static let token = "pat-stand-in-token"
    private let asked = Mutex<[String]>([])
    private let instead = Mutex<[String: Instead]>([:])
    private let mood: Mood
    private let answers: [String: JSON]

    private init(_ mood: Mood, _ answers: [String: JSON]) {
        self.mood = mood
        self.answers = answers
    }

    /// What is answered on a path instead of what would be.
    private struct Instead: Sendable {
        let status: HTTPResponse.Status
        let text: String
        /// Only where the request's body holds this.
        let part: String?
    }

    /// Refuses what is asked for on `path`, or only requests that hold `part`.
    func refuse(_ path: String, with status: Int, ifAsked part: String? = nil) {
        instead.withLock { $0[path] = Instead(status: .init(code: status), text: "{}", part: part) }
    }

    /// Answers `text` on `path`, whatever is asked for.
    func serve(_ path: String, text: String) {
        instead.withLock { $0[path] = Instead(status: .ok, text: text, part: nil) }
    }

    /// Which paths were asked for, with their methods.
    var paths: [String] { asked.withLock { $0 } }

    /// Runs `body`, which is told the address, with a stand-in in that mood that has these answers by path.
    static func with(
        _ mood: Mood = .well, serving answers: [String: JSON]? = nil,
        _ body: @escaping @Sendable (String, StandInHubSpot) async throws -> Void
    ) async throws {
        let standIn = StandInHubSpot(mood, try answers ?? bodies.mapValues { try JSON(reading: Array($0.utf8)) })
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
        var request = request
        if let instead = instead.withLock({ $0[request.uri.path] }) {
            let body = String(buffer: try await request.collectBody(upTo: 1 << 20))
            if instead.part.map(body.contains) ?? true {
                return Response(status: instead.status, body: .init(byteBuffer: ByteBuffer(string: instead.text)))
            }
        }
        guard let answer = answers[request.uri.path] else { return Response(status: .notFound) }
        let body = try await Self.asAsked(answer, by: request)
        return Response(
            status: .ok, headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: body.canonicalBytes)))
    }

    /// As HubSpot does, with the properties and objects that were asked for, and no others.
    private static func asAsked(_ answer: JSON, by request: Request) async throws -> JSON {
        if request.method == .get {
            let names = request.uri.queryParameters.getAll("properties").map { String($0) }
            return answer.with(properties: Set(names))
        }
        let asked = try JSON(reading: Array(try await request.body.collect(upTo: 1 << 20).readableBytesView))
        let names = Set((asked["properties"]?.items ?? []).compactMap(\.string))
        let ids = Set((asked["inputs"]?.items ?? []).compactMap { $0["id"]?.identifier })
        let objects = (answer["results"]?.items ?? []).filter { ids.contains($0["id"]?.identifier ?? "") }
        return ["status": .string("COMPLETE"), "results": .array(objects.map { $0.with(properties: names) })]
    }

    /// What HubSpot would answer about the deal of an event's `data`.
    static func answers(from data: JSON) throws -> [String: JSON] {
        func objects(_ name: String) -> [JSON] {
            let list = data[name]?.items ?? data[name]?["results"]?.items ?? []
            return list.enumerated().map { $1["id"] == nil ? $1.setting("id", .string("\(name)-\($0)")) : $1 }
        }
        func links(_ objects: [JSON]) -> JSON {
            ["results": .array(objects.map { ["id": $0["id"], "type": .string("a_link")] })]
        }
        let (lines, contacts) = (objects("lineItems"), objects("contacts"))
        let parent = try #require(data["parentCompany"])
        let company = try #require(data["company"])
        let child = company.setting(
            "properties", (company["properties"] ?? [:]).setting("hs_parent_company_id", parent["id"] ?? .null))
        let deal = try #require(data["deal"]).setting(
            "associations",
            ["line items": links(lines), "companies": links([child]), "contacts": links(contacts)])
        return [
            "/crm/v3/objects/deals/\(deal["id"]?.identifier ?? "")": deal,
            "/crm/v3/objects/line_items/batch/read": ["results": .array(lines)],
            "/crm/v3/objects/companies/batch/read": ["results": .array([child, parent])],
            "/crm/v3/objects/contacts/batch/read": ["results": .array(contacts)],
        ]
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

extension JSON {
    /// The object with a member set.
    fileprivate func setting(_ name: String, _ value: JSON) -> JSON {
        guard case .object(let members) = self else { return self }
        return .object(members.filter { $0.name != name } + [Member(name, value)])
    }

    /// The object with these of its properties.
    fileprivate func with(properties names: Set<String>) -> JSON {
        guard case .object(let members)? = self["properties"] else { return self }
        return setting("properties", .object(members.filter { names.contains($0.name) }))
    }
}
