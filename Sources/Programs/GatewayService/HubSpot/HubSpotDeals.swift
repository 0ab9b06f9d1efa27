import AsyncHTTPClient
import Connectors
import Deals
import Logging
import Mappings
import NIOCore
import NIOHTTP1

/// Fetches deals from HubSpot with all that the mapping reads: lines, company and contacts.
struct HubSpotDeals: Sendable {
    let api: Source.API
    let client: HTTPClient
    let logger: Logger
    private let wanted = HubSpotFetch()

    init(api: Source.API, client: HTTPClient, logger: Logger) {
        self.api = api
        self.client = client
        self.logger = logger
    }

    /// Where a company names the one to which it belongs.
    private static let parent = "hs_parent_company_id"
    /// Calls at once: HubSpot allows 100 in 10 s, and the others wait for them.
    private static let callsAtOnce = 8
    /// The most objects of one batch read.
    private static let mostInBatch = 100
    /// The largest answer that is read, in bytes.
    private static let largestAnswer = 4 << 20

    /// What was found under an id.
    enum Found: Sendable, Equatable {
        case deal(FetchedDeal)
        /// It is there, and cannot be had however often it is asked for; why.
        case unreadable(String)
    }

    /// One deal cannot be had, whatever becomes of the others.
    private struct Unreadable: Error {
        let reason: String
    }

    /// The deals by the id that was asked for, without those that are gone. Throws ``Problem`` when HubSpot does not
    /// answer until `deadline`, or not for now.
    func deals(
        _ ids: Set<String>, until deadline: ContinuousClock.Instant
    ) async throws -> [String: Found] {
        if ids.isEmpty { return [:] }
        do {
            return try await GatewayService.until(deadline) { try await fetch(ids.sorted(), deadline) }
        } catch let problem as Problem {
            throw problem
        } catch {
            logger.error("HubSpot could not be asked", metadata: ["error": "\(error)"])
            throw Problem(.unavailable, "HubSpot did not answer in time")
        }
    }

    private func fetch(
        _ ids: [String], _ deadline: ContinuousClock.Instant
    ) async throws -> [String: Found] {
        var bare: [String: JSON] = [:]
        var found: [String: Found] = [:]
        for start in stride(from: 0, to: ids.count, by: Self.callsAtOnce) {
            let part = ids[start..<min(start + Self.callsAtOnce, ids.count)]
            try await withThrowingTaskGroup(of: (String, Result<JSON?, Unreadable>).self) { group in
                for id in part { group.addTask { (id, try await deal(id, deadline)) } }
                for try await (id, answer) in group {
                    switch answer {
                    case .success(let deal): bare[id] = deal
                    case .failure(let unreadable): found[id] = .unreadable(unreadable.reason)
                    }
                }
            }
        }
        do {
            return try await found.merging(whole(bare, deadline)) { $1 }
        } catch is Unreadable where bare.count > 1 {
            // Something of one of them cannot be had: found out one by one, the others do not wait for it.
            for (id, deal) in bare { found[id] = try await alone(id, deal, deadline) }
        } catch let unreadable as Unreadable {
            for id in bare.keys { found[id] = .unreadable(unreadable.reason) }
        }
        return found
    }

    private func alone(_ id: String, _ deal: JSON, _ deadline: ContinuousClock.Instant) async throws -> Found? {
        do {
            return try await whole([id: deal], deadline)[id]
        } catch let unreadable as Unreadable {
            return .unreadable(unreadable.reason)
        }
    }

    /// The deals with what belongs to them.
    private func whole(
        _ bare: [String: JSON], _ deadline: ContinuousClock.Instant
    ) async throws -> [String: Found] {
        let deals = Array(bare.values)
        async let lines = objects("line_items", wanted.lineItems, of: deals, deadline)
        async let companies = objects("companies", wanted.company + [Self.parent], of: deals, deadline)
        async let contacts = objects("contacts", wanted.contacts, of: deals, deadline)
        let (allLines, allCompanies, allContacts) = try await (lines, companies, contacts)
        let parentIDs = allCompanies.values.compactMap(Self.parentID)
        let parents = try await read("companies", wanted.parentCompany, parentIDs, deadline)
        return bare.mapValues { deal in
            let company = Self.mainCompany(of: deal).flatMap { allCompanies[$0] }
            return .deal(
                FetchedDeal(
                    deal: deal, company: company,
                    parentCompany: company.flatMap(Self.parentID).flatMap { parents[$0] },
                    lineItems: Self.ids("line_items", of: deal).compactMap { allLines[$0] },
                    contacts: Self.ids("contacts", of: deal).compactMap { allContacts[$0] }))
        }
    }

    private func deal(
        _ id: String, _ deadline: ContinuousClock.Instant
    ) async throws -> Result<JSON?, Unreadable> {
        let query =
            (wanted.deal + api.properties).map { "properties=\($0.asPart)" }
            + ["line_items", "companies", "contacts"].map { "associations=\($0)" }
        let path = "/crm/v3/objects/deals/\(id.asPart)?\(query.joined(separator: "&"))"
        do {
            return .success(try await send(.GET, path, nil, deadline))
        } catch let unreadable as Unreadable {
            return .failure(unreadable)
        }
    }

    private func objects(
        _ kind: String, _ properties: [String], of deals: [JSON], _ deadline: ContinuousClock.Instant
    ) async throws -> [String: JSON] {
        try await read(kind, properties, deals.flatMap { Self.ids(kind, of: $0) }, deadline)
    }

    private func read(
        _ kind: String, _ properties: [String], _ ids: [String], _ deadline: ContinuousClock.Instant
    ) async throws -> [String: JSON] {
        let ids = Set(ids).sorted()
        var found: [String: JSON] = [:]
        for start in stride(from: 0, to: ids.count, by: Self.mostInBatch) {
            let part = ids[start..<min(start + Self.mostInBatch, ids.count)]
            let body: JSON = [
                "properties": .array(properties.map { .string($0) }),
                "inputs": .array(part.map { ["id": .string($0)] }),
            ]
            let answer = try await send(.POST, "/crm/v3/objects/\(kind)/batch/read", body, deadline)
            for object in answer?["results"]?.items ?? [] {
                if let id = object["id"]?.identifier { found[id] = object }
            }
        }
        return found
    }

    private static func associations(_ kind: String, of deal: JSON) -> [JSON] {
        let associations = deal["associations"]
        // Asked for as line_items, answered as "line items".
        let list = associations?[kind] ?? associations?[kind.replacing("_", with: " ")]
        return list?["results"]?.items ?? []
    }

    /// The ids of the associated objects; HubSpot names one several times where it has several labels.
    private static func ids(_ kind: String, of deal: JSON) -> [String] {
        var seen: Set<String> = []
        return associations(kind, of: deal).compactMap { $0["id"]?.identifier }.filter { seen.insert($0).inserted }
    }

    /// The primary company where HubSpot names one, and otherwise the first.
    private static func mainCompany(of deal: JSON) -> String? {
        let all = associations("companies", of: deal)
        return (all.first { $0["type"]?.string == "deal_to_company" } ?? all.first)?["id"]?.identifier
    }

    private static func parentID(of company: JSON) -> String? {
        company["properties"]?[parent]?.identifier.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The answer as JSON, nil for a thing that is not there. Throws ``Unreadable`` for what would be answered the same
    /// again, and ``Problem`` for what may pass.
    private func send(
        _ method: HTTPMethod, _ path: String, _ body: JSON?, _ deadline: ContinuousClock.Instant
    ) async throws -> JSON? {
        var request = HTTPClientRequest(url: api.base + path)
        request.method = method
        request.headers.add(name: "authorization", value: "Bearer \(api.token.revealed)")
        request.headers.add(name: "accept", value: "application/json")
        if let body {
            request.headers.add(name: "content-type", value: "application/json")
            request.body = .bytes(ByteBuffer(bytes: body.canonicalBytes))
        }
        let left = max(deadline - .now, .milliseconds(1))
        let response = try await client.execute(request, timeout: .nanoseconds(Int64(left / .nanoseconds(1))))
        switch response.status.code {
        case 200..<300: return try await Self.json(response)
        case 404: return nil
        case 400..<500 where ![401, 403, 408, 423, 425, 429].contains(response.status.code):
            throw Unreadable(reason: "HubSpot answers \(response.status.code)")
        default:
            logger.error("HubSpot refused to answer", metadata: ["status": "\(response.status.code)"])
            throw Problem(.unavailable, "HubSpot answered \(response.status.code)")
        }
    }

    private static func json(_ response: HTTPClientResponse) async throws -> JSON {
        let answer: ByteBuffer
        do {
            answer = try await response.body.collect(upTo: largestAnswer)
        } catch is NIOTooManyBytesError {
            throw Unreadable(reason: "HubSpot's answer is over \(largestAnswer) bytes")
        }
        do {
            let json = try JSON(reading: Array(answer.readableBytesView))
            guard json.isWritable else { throw Unreadable(reason: "HubSpot's answer has a number that is too large") }
            return json
        } catch let rejection as Rejection {
            throw Unreadable(reason: "HubSpot's answer \(rejection.findings.first?.text ?? "is no JSON")")
        }
    }
}
