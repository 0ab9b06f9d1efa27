import Foundation
import Support

@testable import Deals

/// A published schema, walked for what it demands of a deal that is complete.
struct Schema {
    /// A member that is always mandatory, with the team that can supply it.
    struct Mandatory: Hashable {
        var path: [String]
        var owner: String
        /// Whether it is told by its parts when all of it is missing.
        var isGroup: Bool
    }

    let definitions: [JSON.Member]
    let root: JSON

    init(_ file: URL) throws {
        root = try JSONReader.read([UInt8](try Data(contentsOf: file)), maximalDepth: 64)
        definitions = root["$defs"].members
    }

    /// Every mandatory member of the data, outer ones before their parts; of several forms the first one's.
    var mandatory: [Mandatory] { mandatory(of: definitions.first(named: "deal") ?? .null, at: [], "sales_operations") }

    private static let groups: Set<[String]> = [
        ["approval"], ["customer"], ["billingTerms"], ["lines", "0", "billing"],
    ]

    private func mandatory(of schema: JSON, at path: [String], _ owner: String) -> [Mandatory] {
        var found: [Mandatory] = []
        for part in schema["allOf"].items + schema["oneOf"].items.prefix(1) {
            found += mandatory(of: part, at: path, owner)
        }
        if case .string(let reference) = schema["$ref"] {
            found += mandatory(of: definition(reference), at: path, owner)
        }
        for case .string(let name) in schema["required"].items {
            guard let member = schema["properties"].members.first(named: name) else { continue }
            var supplier = owner
            if case .string(let other) = member["x-supplied-by"] { supplier = other }
            let place = path + [name]
            found.append(Mandatory(path: place, owner: supplier, isGroup: Self.groups.contains(place)))
            found += mandatory(of: member, at: place, supplier)
            if case .object = member["items"], name == "lines" {
                found += mandatory(of: member["items"], at: place + ["0"], supplier)
            }
        }
        return found
    }

    func definition(_ reference: String) -> JSON {
        definitions.first(named: String(reference.dropFirst("#/$defs/".count))) ?? .null
    }
}

extension JSON {
    subscript(_ name: String) -> JSON { members.first(named: name) ?? .null }

    var members: [Member] { if case .object(let members) = self { members } else { [] } }
    var items: [JSON] { if case .array(let items) = self { items } else { [] } }
    var text: String? { if case .string(let text) = self { text } else { nil } }

    /// The same value with the members of every object in an order of `random`'s.
    func shuffled(_ random: inout Seeded) -> JSON {
        switch self {
        case .array(let items):
            var copies: [JSON] = []
            for item in items { copies.append(item.shuffled(&random)) }
            return .array(copies)
        case .object(let members):
            var copies: [Member] = []
            for member in members { copies.append(Member(member.name, member.value.shuffled(&random))) }
            return .object(copies.shuffled(using: &random))
        default: return self
        }
    }

    /// The text in the order in which the members stand.
    var bytes: [UInt8] { Array(Node(self).text.utf8) }
}
