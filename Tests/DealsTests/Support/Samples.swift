@testable import Deals

/// A good event to spoil, and ways to spoil it.
enum Samples {
    static let routingKey = "salesforce.deal.updated.v1"

    static let line: JSON = [
        "number": .integer(1), "service": .string("S"), "description": .string("D"), "amountMinor": .integer(1200),
        "billing": ["model": .string("fixed_fee"), "installments": .integer(12)],
    ]

    static let deal: JSON = [
        "opportunity": .string("O-1"), "contract": .string("C-1"), "version": .integer(1),
        "stage": .string("closed-won"), "legalEntity": .string("DE01"), "currency": .string("EUR"),
        "approval": [
            "status": .string("approved"), "approver": .string("A"), "approvedAt": .string("2026-01-01T00:00:00Z"),
        ],
        "deliveryOwner": ["name": .string("N"), "email": .string("n@example.com")],
        "customer": ["name": .string("Secret Customer"), "country": .string("DE")],
        "contractPeriod": ["start": .string("2026-01-01"), "end": .string("2026-12-31")],
        "totalMinor": .integer(1200), "lines": .array([line]), "milestones": .array([]),
        "paymentTermsDays": .integer(30),
    ]

    static let event: JSON = [
        "specversion": .string("1.0"), "id": .string("e-1"), "source": .string("salesforce"),
        "type": .string("deal.updated.v1"), "time": .string("2026-01-02T03:04:05Z"), "data": deal,
    ]

    /// The good event with the value at a path such as `data.customer.name` replaced, added, or taken away.
    static func event(_ path: String, _ value: JSON?) -> [UInt8] {
        replace(path.split(separator: ".").map(String.init)[...], in: event, value).canonicalBytes
    }

    static func event(lines count: Int) -> [UInt8] {
        let lines = (1...count).map { number in replace(["number"], in: line, .integer(Int64(number))) }
        let deal = replace(["totalMinor"], in: deal, .integer(Int64(count) * 1200))
        return event("data", replace(["lines"], in: deal, .array(lines)))
    }

    static func replace(_ path: ArraySlice<String>, in json: JSON, _ value: JSON?) -> JSON {
        guard let name = path.first else { return value ?? .null }
        if case .array(var items) = json, let place = Int(name), items.indices.contains(place) {
            let inner = path.count == 1 ? value : replace(path.dropFirst(), in: items[place], value)
            if let inner { items[place] = inner } else { items.remove(at: place) }
            return .array(items)
        }
        guard case .object(let members) = json else { return json }
        let inner = path.count == 1 ? value : replace(path.dropFirst(), in: members.first(named: name) ?? [:], value)
        let others = members.filter { $0.name != name }
        return .object(others + (inner.map { [JSON.Member(name, $0)] } ?? []))
    }

    /// The same of the smallest event of the grouped contract.
    static func grouped(_ path: String, _ value: JSON?, in name: String = "minimal-eur.json") throws -> [UInt8] {
        let event = try Examples.json(name, in: Examples.groupedDeals)
        return replace(path.split(separator: ".").map(String.init)[...], in: event, value).canonicalBytes
    }

    static func rejection(
        of body: [UInt8], routingKey: String = routingKey, limits: Limits = .standard
    ) -> Rejection? {
        do {
            _ = try DealEventDecoder(limits: limits).decode(body: body, routingKey: routingKey)
            return nil
        } catch {
            return error
        }
    }
}
