import Foundation
import Testing

@testable import Deals

/// The messages that the repository publishes as examples.
enum Examples {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
    static let dealEvents = root.appending(path: "Queues/deal-events/examples")
    static let handoffs = root.appending(path: "Queues/handoffs/examples")
    static let cancellations = root.appending(path: "Queues/deal-events/examples/cancellations")
    static let cancellationSchema = root.appending(path: "Queues/deal-events/schemas/deal.cancelled.v1.json")
    static let dealSchema = root.appending(path: "Queues/deal-events/schemas/deal.updated.v1.json")
    static let groupedDeals = root.appending(path: "Queues/deal-events/examples/v2")
    static let groupedDealSchema = root.appending(path: "Queues/deal-events/schemas/deal.updated.v2.json")
    static let entities = root.appending(path: "Queues/deal-events/schemas/entities")
    /// The one example whose stage starts no handoff.
    static let ignored = "not-yet-sold.json"

    static let dealEventNames = names(in: dealEvents)
    static let groupedDealNames = names(in: groupedDeals)
    static let entityNames = names(in: entities)
    static let cancellationNames = names(in: cancellations)

    static func names(in folder: URL) -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".json") }
                .sorted()
        } catch {
            preconditionFailure("no examples in \(folder.path): \(error)")
        }
    }

    static func body(_ name: String, in folder: URL = dealEvents) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: folder.appending(path: name)))
    }

    static func json(_ name: String, in folder: URL = dealEvents) throws -> JSON {
        try JSONReader.read(try body(name, in: folder), maximalDepth: 64)
    }

    static func event(_ name: String, in folder: URL = dealEvents) throws -> DealEvent {
        let body = try body(name, in: folder)
        return try #require(try DealEventDecoder().decode(body: body, routingKey: routingKey(of: body)).event)
    }

    static func cancellation(_ name: String) throws -> CancellationEvent {
        let body = try body(name, in: cancellations)
        let intake = try DealEventDecoder().decode(body: body, routingKey: routingKey(of: body))
        guard case .cancellation(let event) = intake else { throw NotOne(name: name) }
        return event
    }

    struct NotOne: Error {
        let name: String
    }

    /// The type that the event says it has; nil where it says none.
    static func type(of body: [UInt8]) -> String? {
        guard case .object(let members)? = try? JSONReader.read(body, maximalDepth: 64),
            case .string(let type)? = members.first(named: "type")
        else { return nil }
        return type
    }

    /// The key that a publisher of this body would use; a wrong source or type then is a matter of the schema.
    static func routingKey(of body: [UInt8]) -> String {
        guard case .object(let members)? = try? JSONReader.read(body, maximalDepth: 64),
            case .string(let source)? = members.first(named: "source"),
            case .string(let type)? = members.first(named: "type")
        else { return "nobody.deal.updated.v1" }
        return "\(source).\(type)"
    }
}

/// One row of an `invalid/expected.json`.
struct ExpectedRejection: Decodable, Sendable, CustomTestStringConvertible {
    let file: String
    let routingKey: String
    let incidentClass: String
    let paths: [String]
    /// Who can cure each; not told where it is the class's owner.
    let owners: [String]?

    var testDescription: String { file }

    static let folder = Examples.dealEvents.appending(path: "invalid")
    static let groupedFolder = Examples.groupedDeals.appending(path: "invalid")
    static let all = read(folder)
    static let grouped = read(groupedFolder)

    private static func read(_ folder: URL) -> [ExpectedRejection] {
        do {
            let data = try Data(contentsOf: folder.appending(path: "expected.json"))
            return try JSONDecoder().decode([ExpectedRejection].self, from: data)
        } catch {
            preconditionFailure("\(folder.path)/expected.json: \(error)")
        }
    }
}
