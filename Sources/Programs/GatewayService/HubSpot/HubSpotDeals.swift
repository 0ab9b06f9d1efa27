import AsyncHTTPClient
import Deals
import Logging
import NIOCore
import NIOHTTP1

/// Fetches deals from HubSpot with all that the mapping reads: lines, company and contacts.
struct HubSpotDeals: Sendable {
    let api: Source.API
    let client: HTTPClient
    let logger: Logger

    /// Calls at once: HubSpot allows 100 in 10 s, and the others wait for them.
    private static let callsAtOnce = 8
    /// The most objects of one batch read.
    private static let mostInBatch = 100
    /// The largest answer that is read, in bytes.
    private static let largestAnswer = 4 << 20

    /// The deals by id, without those that are gone. Throws ``Problem`` when HubSpot does not answer until `deadline`.
    func deals(
        _ ids: Set<String>, until deadline: ContinuousClock.Instant
    ) async throws -> [String: HubSpotDeal] {
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
    ) async throws -> [String: HubSpotDeal] {
        var found: [String: JSON] = [:]
        for start in stride(from: 0, to: ids.count, by: Self.callsAtOnce) {
            let part = ids[start..<min(start + Self.callsAtOnce, ids.count)]
            try await withThrowingTaskGroup(of: (String, JSON?).self) { group in
                for id in part { group.addTask { (id, try await deal(id, deadline)) } }
                for try await (id, deal) in group { found[id] = deal }
            }
        }
        let deals = Array(found.values)
        async let lines = objects("line_items", of: deals, deadline)
        async let companies = objects("companies", of: deals, deadline)
        async let contacts = objects("contacts", of: deals, deadline)
        let others = try await (lines, companies, contacts)
        return found.mapValues { deal in
            HubSpotDeal(
                deal: deal, lines: Self.ids("line_items", of: deal).compactMap { others.0[$0] },
                companies: Self.ids("companies", of: deal).compactMap { others.1[$0] },
                contacts: Self.ids("contacts", of: deal).compactMap { others.2[$0] })
        }
    }

    private func deal(_ id: String, _ deadline: ContinuousClock.Instant) async throws -> JSON? {
        let properties = HubSpotDeal.dealProperties + api.properties
        let query =
            properties.map { "properties=\($0.asQuery)" } + HubSpotDeal.associations.map { "associations=\($0)" }
        return try await send(
            .GET, "/crm/v3/objects/deals/\(id.asQuery)?\(query.joined(separator: "&"))", nil, deadline)
    }

    private func objects(
        _ kind: String, of deals: [JSON], _ deadline: ContinuousClock.Instant
    ) async throws -> [String: JSON] {
        let ids = Set(deals.flatMap { Self.ids(kind, of: $0) }).sorted()
        var found: [String: JSON] = [:]
        for start in stride(from: 0, to: ids.count, by: Self.mostInBatch) {
            let part = ids[start..<min(start + Self.mostInBatch, ids.count)]
            let body: JSON = [
                "properties": .array((HubSpotDeal.properties[kind] ?? []).map { .string($0) }),
                "inputs": .array(part.map { ["id": .string($0)] }),
            ]
            let answer = try await send(.POST, "/crm/v3/objects/\(kind)/batch/read", body, deadline)
            for object in answer?["results"]?.items ?? [] {
                if let id = object["id"]?.identifier { found[id] = object }
            }
        }
        return found
    }

    /// The ids of the associated objects; HubSpot names one several times where it has several labels.
    private static func ids(_ kind: String, of deal: JSON) -> [String] {
        let associations = deal["associations"]
        // Asked for as line_items, answered as "line items".
        let list = associations?[kind] ?? associations?[kind.replacing("_", with: " ")]
        var seen: Set<String> = []
        return (list?["results"]?.items ?? []).compactMap { $0["id"]?.identifier }.filter { seen.insert($0).inserted }
    }

    /// The answer as JSON, nil for a thing that is not there.
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
        let answer = try await response.body.collect(upTo: Self.largestAnswer)
        switch response.status.code {
        case 200..<300: return try JSON(reading: Array(answer.readableBytesView))
        case 404: return nil
        default:
            logger.error("HubSpot refused to answer", metadata: ["status": "\(response.status.code)"])
            throw Problem(.unavailable, "HubSpot answered \(response.status.code)")
        }
    }
}

extension String {
    /// Percent-encoded for one part of a path or of a query.
    fileprivate var asQuery: String {
        let plain = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~".utf8)
        return utf8.map { byte in
            plain.contains(byte)
                ? String(UnicodeScalar(byte)) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }.joined()
    }
}
