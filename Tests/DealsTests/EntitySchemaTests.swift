import Foundation
import Testing
import Workers

@testable import Deals

@Suite("The canonical entities are published, and the grouped contract is made of them")
struct EntitySchemaTests {
    private static let definitions = [
        "customer.json": "customer", "opportunity.json": "opportunity", "project.json": "project",
        "contract.json": "contract", "resource-demand.json": "resourceDemand",
        "billing-profile.json": "billingProfile",
    ]

    @Test("B2 there is a schema for each canonical entity, and for nothing else")
    func complete() {
        #expect(Set(Examples.entityNames) == Set(Self.definitions.keys))
    }

    @Test(
        "B2 each entity's schema has version, owner and examples that validate", .timeLimit(.minutes(1)),
        arguments: Examples.entityNames)
    func entity(name: String) throws {
        let file = Examples.entities.appending(path: name)
        let schema = try Schema(file).root
        let version = try #require(schema["x-version"].text).split(separator: ".").compactMap { Int($0) }
        #expect(version.count == 3)
        #expect(IncidentClass.Owner(rawValue: try #require(schema["x-owner"].text)) != nil)
        #expect(schema["$id"].text == "https://baton.example/schemas/entities/\(name)")
        let judge = try Judge(schema: file)
        #expect(!schema["examples"].items.isEmpty)
        for example in schema["examples"].items {
            #expect(try judge.verdict(on: example.canonicalBytes) == "valid")
            // Without what it needs, it is none.
            for case .string(let required) in schema["required"].items {
                let less = JSON.object(example.members.filter { $0.name != required })
                #expect(try judge.verdict(on: less.canonicalBytes) == "wrong_schema", "\(required)")
            }
        }
    }

    @Test("B2 the grouped contract's own definition of each entity is the entity's schema", arguments: definitions.keys)
    func bundled(name: String) throws {
        let entity = try Schema(Examples.entities.appending(path: name))
        let bundle = try Schema(Examples.groupedDealSchema)
        let outer: Set<String> = ["$schema", "$id", "$defs", "examples"]
        let bare = JSON.object(entity.root.members.filter { !outer.contains($0.name) })
        let key = try #require(Self.definitions[name])
        #expect(bundle.definition("#/$defs/\(key)").canonicalBytes == bare.canonicalBytes)
        for part in entity.definitions {
            #expect(bundle.definition("#/$defs/\(part.name)").canonicalBytes == part.value.canonicalBytes)
        }
        let text = String(decoding: try Data(contentsOf: Examples.groupedDealSchema), as: UTF8.self)
        #expect(text.contains("\"$ref\": \"#/$defs/\(key)\""), "\(key) is not used")
    }

    @Test("B1 one schema holds exactly the canonical groups, and what names the deal")
    func groups() throws {
        let schema = try Schema(Examples.groupedDealSchema)
        let expected = [
            "customer identifiers", "sold services", "pricing structure", "contract dates", "delivery geography",
            "project sponsor", "billing terms", "resource demand",
        ]
        var members: [JSON.Member] = []
        let deal = schema.definition("#/$defs/deal")
        for part in [deal] + deal["allOf"].items.map({ schema.definition($0["$ref"].text ?? "") }) {
            members += part["properties"].members
        }
        #expect(Set(members.compactMap(\.value["x-group"].text)) == Set(expected + ["identity"]))
        #expect(members.allSatisfy { $0.value["x-group"].text != nil })
        let description = try #require(schema.root["description"].text)
        #expect(description.contains(expected.joined(separator: ", ")))
        // What is read and stored are these members and no others.
        let stored = try Examples.event("everything-eur.json", in: Examples.groupedDeals).deal.canonicalBytes
        let names = try JSONReader.read(stored, maximalDepth: 64).members.map(\.name)
        #expect(names.sorted() == members.map(\.name).sorted())
    }
}
