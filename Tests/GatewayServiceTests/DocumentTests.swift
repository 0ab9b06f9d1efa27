import Foundation
import Testing

@testable import GatewayService

/// `openapi.json` says what the gateway does, and the gateway does what it says.
@Suite struct DocumentTests {
    private let document: [String: Any]

    init() throws {
        let json = try JSONSerialization.jsonObject(with: Data(PackageResources.openapi_json))
        document = try #require(json as? [String: Any])
    }

    @Test("every route is in the document, and the document has no other")
    func routes() throws {
        #expect(document["openapi"] as? String == "3.1.0")
        let paths = try #require(document["paths"] as? [String: [String: Any]])
        let described = paths.flatMap { path, methods in methods.keys.map { "\($0.uppercased()) \(path)" } }
        #expect(described.sorted() == Operation.allCases.map { "\($0.method.rawValue) \($0.path)" }.sorted())
        for operation in Operation.allCases {
            let entry = paths[operation.path]?[operation.method.rawValue.lowercased()] as? [String: Any]
            #expect(entry?["operationId"] as? String == "\(operation)")
            #expect(Operation.at(operation.path.replacing("{source}", with: "crm"))?.operation == operation)
        }
    }

    @Test(
        "the served gateway hands out this document, knows each of its paths, and answers as it says",
        .timeLimit(.minutes(1)))
    func served() async throws {
        let paths = try #require(document["paths"] as? [String: [String: [String: Any]]])
        // By path and method, the statuses that the document names.
        let described = paths.mapValues { methods in
            methods.mapValues { Set(($0["responses"] as? [String: Any] ?? [:]).keys) }
        }
        try await TestGateway.with([WebhookTests.relay]) { gateway in
            let reply = try await gateway.send("/openapi.json", method: "GET")
            #expect(reply.body == PackageResources.openapi_json && reply.headers["content-type"] == "application/json")
            for (path, methods) in described {
                let real = path.replacing("{source}", with: "crm")
                for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
                    let entry = methods[method.lowercased()]
                    let status = try await gateway.send(real, method: method, Array("{}".utf8)).status
                    #expect((status == 405) == (entry == nil), "\(method) \(path) answered \(status)")
                    let said = entry ?? methods.values.first ?? []
                    #expect(said.contains("\(status)"), "\(method) \(path) answered \(status), which it does not say")
                }
            }
        }
    }

    @Test("every problem is in the document with its status, and the document has no other")
    func problems() throws {
        let components = try #require(document["components"] as? [String: [String: Any]])
        let schema = try #require(components["schemas"]?["Problem"] as? [String: Any])
        let type = try #require((schema["properties"] as? [String: [String: Any]])?["type"])
        let kinds = Problem.Kind.allCases.map { "urn:baton:problem:\($0.rawValue)" }
        #expect((type["enum"] as? [String])?.sorted() == kinds.sorted())
        let paths = try #require(document["paths"] as? [String: [String: [String: Any]]])
        let statuses = paths.values.flatMap(\.values).flatMap {
            ($0["responses"] as? [String: Any])?.keys.map(\.self) ?? []
        }
        let expected = Problem.Kind.allCases.map { String($0.status.code) } + ["200", "202"]
        #expect(Set(statuses) == Set(expected))
    }

    @Test("every reference in the document leads somewhere")
    func references() throws {
        var found = 0
        func walk(_ value: Any) throws {
            if let list = value as? [Any] { try list.forEach(walk) }
            guard let object = value as? [String: Any] else { return }
            if let reference = object["$ref"] as? String {
                found += 1
                var target: Any? = document
                for part in reference.dropFirst(2).split(separator: "/") {
                    target = (target as? [String: Any])?[String(part)]
                }
                #expect(target != nil, "\(reference)")
            }
            try object.values.forEach(walk)
        }
        try walk(document)
        #expect(found > 20)
    }
}
