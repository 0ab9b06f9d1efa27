import Testing

@testable import Deals

@Suite("The decoder and Debian's python3-jsonschema say the same of every message")
struct MutationTests {
    /// How far the questions run ahead of the answers, so that both sides work at once.
    private static let window = 64

    @Test(
        "A17 each example mutated 1,000 ways is valid, no JSON or against the schema for both",
        .timeLimit(.minutes(5)), arguments: Examples.dealEventNames)
    func agreement(on name: String) throws {
        let original = Node(try Examples.json(name))
        var mutator = Mutator(random: .generator(for: name))
        let judge = try Judge(schema: Examples.dealSchema)
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
            open.append((body, MutationTests.schemaVerdict(on: body)))
            if open.count == MutationTests.window { try settle() }
        }
        while !open.isEmpty { try settle() }
        // Mutations that are all refused, or all taken, would prove little.
        for verdict in ["valid", "wrong_schema", "not_json"] { #expect(counts[verdict, default: 0] > 30, "\(counts)") }
        print("\(name): \(counts.sorted { $0.key < $1.key }.map { "\($0) \($1)" }.joined(separator: ", "))")
    }

    /// The decoder's answer, as far as a schema can have an opinion.
    static func schemaVerdict(on body: [UInt8]) -> String {
        do {
            _ = try DealEventDecoder().decode(body: body, routingKey: Examples.routingKey(of: body))
            return "valid"
        } catch {
            switch error.incidentClass {
            case .empty, .tooLarge, .invalidEncoding, .notJSON: return error.incidentClass.rawValue
            case .wrongSchema, .unknownType, .unsupportedVersion, .tooManyLines: return "wrong_schema"
            case .amountsDoNotAddUp, .datesReversed, .notApproved: return "valid"
            default: return "unexpected \(error)"
            }
        }
    }
}
