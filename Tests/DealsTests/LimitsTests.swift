import Foundation
import Testing
import Workers

@testable import Deals

@Suite("Each limit holds on both of its sides")
struct LimitsTests {
    @Test("A17 a body of exactly 1 MiB is read, one byte more is too large")
    func bodyBytes() {
        let body = Samples.event.canonicalBytes
        let full = body + Array(repeating: UInt8(ascii: " "), count: 1_048_576 - body.count)
        #expect(Samples.rejection(of: full) == nil)
        #expect(Samples.rejection(of: full + [UInt8(ascii: " ")])?.incidentClass == .tooLarge)
    }

    @Test("A17 2,000 lines are taken, 2,001 are too many, for the schema too", .timeLimit(.minutes(1)))
    func lines() throws {
        let judge = try Judge(schema: Examples.dealSchema)
        let (full, over) = (Samples.event(lines: 2000), Samples.event(lines: 2001))
        #expect(Samples.rejection(of: full) == nil)
        #expect(try judge.verdict(on: full) == "valid")
        #expect(Samples.rejection(of: over)?.incidentClass == .tooManyLines)
        #expect(try judge.verdict(on: over) == "wrong_schema")
        #expect(try judge.verdict(on: Samples.event("data.lines", .array([]))) == "wrong_schema")
        #expect(Samples.rejection(of: Samples.event("data.lines", .array([])))?.incidentClass == .wrongSchema)
    }

    @Test("2,000 milestones are taken, 2,001 are not, for the schema too", .timeLimit(.minutes(1)))
    func milestones() throws {
        let judge = try Judge(schema: Examples.dealSchema)
        for (count, verdict) in [(2000, "valid"), (2001, "wrong_schema")] {
            let milestone: JSON = [
                "line": .integer(1), "name": .string("M"), "due": .string("2026-01-01"), "amountMinor": .integer(0),
            ]
            let body = Samples.event("data.milestones", .array(Array(repeating: milestone, count: count)))
            #expect(MutationTests.schemaVerdict(on: body) == verdict)
            #expect(try judge.verdict(on: body) == verdict)
        }
    }

    @Test("64 levels of nesting are read, 65 are not")
    func depth() {
        func nested(_ levels: Int) -> JSON { (0..<levels).reduce(.null) { inner, _ in .array([inner]) } }
        #expect(Samples.rejection(of: Samples.event("data.extra", nested(62))) == nil)
        #expect(Samples.rejection(of: Samples.event("data.extra", nested(63)))?.incidentClass == .notJSON)
    }

    @Test("findings beyond the limit are counted and not listed")
    func findings() throws {
        let lines = JSON.array(Array(repeating: .null, count: 1001))
        let rejection = try #require(Samples.rejection(of: Samples.event("data.lines", lines)))
        #expect(rejection.findings.count == 1000 && rejection.omitted == 1)
        #expect(rejection.reason.hasSuffix(" more"))
        let few = Samples.rejection(of: Samples.event("data.lines", lines), limits: Limits(findings: 1))
        #expect(few?.findings.count == 1 && few?.omitted == 1000)
    }

    @Test("a setting lowers a limit and never raises it above the contract")
    func settings() {
        #expect(Limits(bodyBytes: .max, lines: .max, depth: .max, findings: .max) == .standard)
        #expect(
            Samples.rejection(of: Samples.event(lines: 2), limits: Limits(lines: 1))?.incidentClass == .tooManyLines)
        let small = Limits(bodyBytes: 10)
        #expect(Samples.rejection(of: Samples.event.canonicalBytes, limits: small)?.incidentClass == .tooLarge)
        #expect(Samples.rejection(of: Samples.event.canonicalBytes, limits: Limits(depth: 5)) == nil)
        #expect(
            Samples.rejection(of: Samples.event.canonicalBytes, limits: Limits(depth: 4))?.incidentClass == .notJSON)
    }

    @Test("an object with fifty thousand names is read in no time, and a repeated one is found")
    func manyNames() {
        let names = (0..<50_000).map { "\"a\($0)\":0" }.joined(separator: ",")
        let started = ContinuousClock.now
        #expect(Samples.rejection(of: Array("{\(names)}".utf8))?.incidentClass == .wrongSchema)
        #expect(Samples.rejection(of: Array("{\(names),\"a7\":0}".utf8))?.incidentClass == .notJSON)
        #expect(ContinuousClock.now - started < .seconds(20))
    }

    @Test("the schema lists exactly the currencies that can be counted")
    func currencies() throws {
        for (schema, definition) in [(Examples.dealSchema, "deal"), (Examples.groupedDealSchema, "contract")] {
            var node = try JSONReader.read([UInt8](try Data(contentsOf: schema)), maximalDepth: 64)
            for name in ["$defs", definition, "properties", "currency", "enum"] {
                guard case .object(let members) = node else { break }
                node = members.first(named: name) ?? .null
            }
            #expect(node == .array(Currency.codes.map(JSON.string)))
        }
    }
}
