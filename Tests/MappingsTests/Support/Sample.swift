import Foundation
import Testing

@testable import Deals
@testable import Mappings

/// The published events of one sale, as each source sends it.
struct Sample: Sendable, CustomTestStringConvertible {
    let name: String
    var testDescription: String { name }

    static let platformEvent = Sample(name: "salesforce-platform-event")
    static let change = Sample(name: "salesforce-change")
    static let outboundMessage = Sample(name: "salesforce-outbound-message")
    static let dynamics = Sample(name: "dynamics-execution-context")
    static let hubSpot = Sample(name: "hubspot-deal")
    static let cpq = Sample(name: "cpq-quote")
    static let docuSign = Sample(name: "docusign-envelope")

    /// Those in which a CRM says the sale.
    static let ofCRMs = [platformEvent, change, outboundMessage, dynamics, hubSpot]
    static let ofDeals = ofCRMs + [cpq]
    static let all = ofDeals + [docuSign]

    static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
    static let folder = repository.appending(path: "Queues/deal-events/examples/sources")

    static func bytes(_ file: String, in folder: URL = folder) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: folder.appending(path: file)))
    }

    func event() throws -> JSON { try JSON(reading: Sample.bytes(name + ".json")) }

    /// The event with the values at paths such as `data.record.StageName` replaced; nil takes one away.
    func event(_ changes: [String: JSON?]) throws -> JSON {
        try changes.sorted { $0.key < $1.key }.reduce(event()) { $0.replacing($1.key, with: $1.value) }
    }

    func decode(
        _ changes: [String: JSON?] = [:], by settings: MappingSettings = .standard,
        at triggers: TriggerStages = .standard
    ) throws -> Intake {
        try Sample.decode(event(changes), by: settings, at: triggers)
    }

    static func decode(
        _ event: JSON, by settings: MappingSettings = .standard, at triggers: TriggerStages = .standard
    ) throws(Rejection) -> Intake {
        let decoder = DealEventDecoder(triggers: triggers, mappings: SourceMappings.all(settings))
        var key = "nobody"
        if case .string(let source)? = event.member("source"), case .string(let type)? = event.member("type") {
            key = "\(source).\(type)"
        }
        return try decoder.decode(body: event.textBytes, routingKey: key)
    }

    /// The deal of an intake that starts a handoff.
    func deal(
        _ changes: [String: JSON?] = [:], by settings: MappingSettings = .standard,
        at triggers: TriggerStages = .standard
    ) throws -> Deal {
        guard case .handoff(let event) = try decode(changes, by: settings, at: triggers) else { throw NoDeal() }
        return event.deal
    }

    /// What is wrong with the event after the changes.
    func rejection(_ changes: [String: JSON?], by settings: MappingSettings = .standard) throws -> Rejection? {
        do {
            _ = try Sample.decode(event(changes), by: settings)
            return nil
        } catch let error as Rejection {
            return error
        }
    }

    /// Why the event after the changes starts nothing; nil where it does not say so.
    func reason(_ changes: [String: JSON?] = [:], at triggers: TriggerStages = .standard) throws -> String? {
        if case .ignored(let event) = try decode(changes, at: triggers) { event.reason } else { nil }
    }

    struct NoDeal: Error {}
}

extension JSON {
    /// Replaced at a path of names and positions; with nil the member is taken away.
    func replacing(_ path: String, with value: JSON?) -> JSON {
        replacing(path.split(separator: ".").map(String.init)[...], with: value) ?? .null
    }

    private func replacing(_ path: ArraySlice<String>, with value: JSON?) -> JSON? {
        guard let first = path.first else { return value }
        switch self {
        case .array(var items):
            guard let index = Int(first), items.indices.contains(index) else { return self }
            if let item = items[index].replacing(path.dropFirst(), with: value) {
                items[index] = item
            } else {
                items.remove(at: index)
            }
            return .array(items)
        case .object(let members):
            let inner = (member(first) ?? [:]).replacing(path.dropFirst(), with: value)
            guard member(first) != nil else {
                return .object(members + (inner.map { [Member(first, $0)] } ?? []))
            }
            return .object(
                members.compactMap { $0.name == first ? inner.map { Member(first, $0) } : $0 })
        default: return self
        }
    }

    /// The value at a path of names and positions.
    func at(_ path: String) -> JSON? {
        path.split(separator: ".").reduce(self as JSON?) { json, name in
            if case .array(let items)? = json {
                return Int(name).flatMap { items.indices.contains($0) ? items[$0] : nil }
            }
            return json?.member(String(name))
        }
    }

    /// The JSON text, with every number as it was written.
    var textBytes: [UInt8] { Array(text.utf8) }

    private var text: String {
        switch self {
        case .number(let number): number.text
        case .array(let items): "[" + items.map(\.text).joined(separator: ",") + "]"
        case .object(let members):
            "{" + members.map { JSON.string($0.name).text + ":" + $0.value.text }.joined(separator: ",") + "}"
        default: String(decoding: canonicalBytes, as: UTF8.self)
        }
    }
}

extension SourceMapping {
    /// Maps as an event of the source that the type's first word names.
    func map(_ data: JSON, by triggers: TriggerStages = .standard) throws(MappingFailure) -> MappedEvent {
        try map(data, at: SourceStages(of: String(type.prefix { $0 != "." }), in: triggers))
    }
}
