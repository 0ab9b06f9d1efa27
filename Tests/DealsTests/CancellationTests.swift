import Foundation
import Testing
import Workers

@testable import Deals

@Suite("A cancellation is read by its contract and has one canonical form")
struct CancellationTests {
    private static let routingKey = "salesforce.deal.cancelled.v1"

    private static func event(_ path: String, _ value: JSON?) -> [UInt8] {
        let data: JSON = [
            "opportunity": .string("O-1"), "contract": .string("C-1"), "version": .integer(3), "reason": .string("R"),
        ]
        let type = Samples.replace(["type"], in: Samples.event, .string(CancellationEvent.type))
        let good = Samples.replace(["data"], in: type, data)
        return Samples.replace(path.split(separator: ".").map(String.init)[...], in: good, value).canonicalBytes
    }

    private static func decoded(_ body: [UInt8]) throws -> Cancellation? {
        guard case .cancellation(let event) = try DealEventDecoder().decode(body: body, routingKey: routingKey) else {
            return nil
        }
        return event.cancellation
    }

    @Test(
        "A3 a client written from the schema alone is understood", .timeLimit(.minutes(1)),
        arguments: Examples.cancellationNames)
    func understandsExample(name: String) throws {
        let body = try Examples.body(name, in: Examples.cancellations)
        #expect(try Judge(schema: Examples.cancellationSchema).verdict(on: body) == "valid")
        let event = try Examples.cancellation(name)
        let stored = event.cancellation.canonicalBytes
        #expect(try Cancellation(canonicalBytes: stored) == event.cancellation)
        #expect(try JSONDecoder().decode(Cancellation.self, from: Data(stored)) == event.cancellation)
        #expect(!String(decoding: stored, as: UTF8.self).contains("salesNotes"))
    }

    @Test("every field of the event is read")
    func fields() throws {
        let event = try Examples.cancellation("withdrawn.json")
        #expect(event.id == "b7c1e0a4-0009" && event.source == "salesforce")
        #expect(event.time.description.hasPrefix("2026-05-11T08:15:00"))
        #expect(event.correlationID == "sf-0065g00000A1b2C-1" && event.traceparent?.hasPrefix("00-4bf9") == true)
        #expect(
            event.cancellation
                == Cancellation(
                    opportunity: "0065g00000A1b2C", contract: "C-2026-0117", version: 3,
                    reason: "Withdrawn by the customer within the cooling-off period"))
    }

    @Test("the hash of stored cancellations never changes, and every field is content")
    func hashes() throws {
        let original = try #require(try Self.decoded(Self.event("extra", .null)))
        #expect(original.contentHash == "c4f00c6cd656a962d4e52da72f5f081520442898d111fcfbf8885905c83ed000")
        var hashes: Set<String> = [original.contentHash]
        let changes: [(String, JSON?)] = [
            ("opportunity", .string("O-2")), ("contract", .string("C-2")), ("version", .integer(4)), ("reason", nil),
            ("reason", .string("S")),
        ]
        for (name, value) in changes {
            let other = try #require(try Self.decoded(Self.event("data." + name, value)))
            #expect(hashes.insert(other.contentHash).inserted, "\(name)")
        }
        #expect(try Self.decoded(Self.event("data.extra", .bool(true)))?.contentHash == original.contentHash)
    }

    @Test("each limit holds on both of its sides")
    func limits() throws {
        let cases: [(String, JSON?, String?)] = [
            ("data.version", .integer(1), nil), ("data.version", .integer(0), "$.data.version"),
            ("data.version", .integer(2_147_483_647), nil), ("data.version", .integer(2_147_483_648), "$.data.version"),
            ("data.reason", nil, nil), ("data.reason", .string(""), "$.data.reason"),
            ("data.reason", .string(String(repeating: "\u{1F600}", count: 512)), nil),
            ("data.reason", .string(String(repeating: "a", count: 513)), "$.data.reason"),
            ("data.contract", nil, "$.data.contract"), ("data.opportunity", .string("O/1"), "$.data.opportunity"),
            ("data", nil, "$.data"), ("data", .array([]), "$.data"),
        ]
        let judge = try Judge(schema: Examples.cancellationSchema)
        for (path, value, wrong) in cases {
            let body = Self.event(path, value)
            let rejection = Samples.rejection(of: body, routingKey: Self.routingKey)
            #expect(rejection?.findings.map(\.path) == wrong.map { [$0] }, "\(path)")
            #expect(rejection?.incidentClass == wrong.map { _ in .wrongSchema })
            #expect(try judge.verdict(on: body) == (wrong == nil ? "valid" : "wrong_schema"))
        }
    }

    @Test("a cancellation needs its own routing key, and more lines than a deal may have do not matter")
    func routing() throws {
        let body = Self.event("extra", .null)
        let rejection = try #require(Samples.rejection(of: body))
        #expect(rejection.incidentClass == .sourceMismatch && rejection.trace.key?.version == 3)
        let lines = JSON.array(Array(repeating: .null, count: 2001))
        #expect(try Self.decoded(Self.event("data.lines", lines)) != nil)
    }

    @Test("stored bytes that are no cancellation are refused", arguments: ["{}", "{", "[]"])
    func badBytes(text: String) {
        #expect(throws: Rejection.self) { try Cancellation(canonicalBytes: Array(text.utf8)) }
    }
}
