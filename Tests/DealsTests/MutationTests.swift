import Foundation
import Support
import Testing

@testable import Deals

@Suite("The decoder and Debian's python3-jsonschema say the same of every message")
struct MutationTests {
    /// How far the questions run ahead of the answers, so that both sides work at once.
    private static let window = 64

    @Test(
        "A17 each example mutated 1,000 ways is valid, no JSON or against the schema for both",
        .timeLimit(.minutes(5)), arguments: Examples.dealEventNames)
    func agreement(onDeal name: String) throws {
        try agreement(on: name, in: Examples.dealEvents, schema: Examples.dealSchema, type: DealEvent.type)
    }

    @Test(
        "A17 each example of the grouped contract mutated 1,000 ways is valid, no JSON or against the schema for both",
        .timeLimit(.minutes(5)), arguments: Examples.groupedDealNames)
    func agreement(onGroupedDeal name: String) throws {
        try agreement(
            on: name, in: Examples.groupedDeals, schema: Examples.groupedDealSchema, type: DealEvent.typeV2)
    }

    @Test(
        "A17 each example of a cancellation mutated 1,000 ways is valid, no JSON or against the schema for both",
        .timeLimit(.minutes(5)), arguments: Examples.cancellationNames)
    func agreement(onCancellation name: String) throws {
        try agreement(
            on: name, in: Examples.cancellations, schema: Examples.cancellationSchema, type: CancellationEvent.type)
    }

    private func agreement(on name: String, in folder: URL, schema: URL, type: String) throws {
        let original = Node(try Examples.json(name, in: folder))
        var mutator = Mutator(random: .generator(for: name))
        let judge = try Judge(schema: schema)
        var open: [(body: [UInt8], verdict: String)] = []
        var counts: [String: Int] = [:]

        func settle() throws {
            let (body, ours) = open.removeFirst()
            let theirs = try judge.answer()
            counts[theirs, default: 0] += 1
            #expect(
                ours == theirs,
                "BATON_SEED=\(Seeded.seed) \(name): \(String(decoding: body.prefix(4000), as: UTF8.self))")
        }

        for _ in 0..<1000 {
            let body = mutator.mutate(original)
            try judge.ask(body)
            open.append((body, MutationTests.schemaVerdict(on: body, type: type)))
            if open.count == MutationTests.window { try settle() }
        }
        while !open.isEmpty { try settle() }
        // Mutations that are all refused, or all taken, would prove little.
        for verdict in ["valid", "wrong_schema", "not_json"] { #expect(counts[verdict, default: 0] > 30, "\(counts)") }
        print("\(name): \(counts.sorted { $0.key < $1.key }.map { "\($0) \($1)" }.joined(separator: ", "))")
    }

    /// The decoder's answer, as far as the schema of `type` can have an opinion.
    static func schemaVerdict(on body: [UInt8], type: String = DealEvent.type) -> String {
        // An event of another type may be right, but not by this schema.
        let valid = Examples.type(of: body) == type ? "valid" : "wrong_schema"
        do {
            let intake = try DealEventDecoder().decode(body: body, routingKey: Examples.routingKey(of: body))
            // What starts nothing may be incomplete; the schema has no opinion on stages.
            if case .ignored(let event) = intake, !event.missing.isEmpty { return "wrong_schema" }
            return valid
        } catch {
            if error.findings.allSatisfy({ beyondSchema.contains($0.text) }) { return valid }
            switch error.incidentClass {
            case .empty, .tooLarge, .invalidEncoding, .notJSON: return error.incidentClass.rawValue
            case .wrongSchema, .mandatoryMissing, .unknownType, .unsupportedVersion, .tooManyLines:
                return "wrong_schema"
            case .amountsDoNotAddUp, .datesReversed, .notApproved:
                // The grouped contract's schema names what approval needs, the flat one's does not.
                let lacks = type == DealEvent.typeV2 && error.findings.contains { $0.text.hasPrefix("is missing") }
                // An amount below zero is against both schemas, and the seller's to change.
                let isBelowZero = error.findings.contains { $0.text == BelowZero.text }
                return lacks || isBelowZero ? "wrong_schema" : valid
            default: return "unexpected \(error)"
            }
        }
    }

    /// Both parts are right, only not to each other.
    private static let beyondSchema: Set<String> = [
        DealReader.notBelowVersion, DealReader.demandedTwice, DealReader.registeredTwice,
    ]
}
