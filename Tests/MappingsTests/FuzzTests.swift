import Deals
import Support
import Testing

@testable import Mappings

@Suite("Whatever arrives is a deal, nothing, or a list of what is wrong")
struct FuzzTests {
    /// For each sample; the whole takes a few seconds.
    private static let rounds = 80

    @Test(
        "L6 no sample cut, changed or torn apart at random brings a mapping down", .timeLimit(.minutes(5)),
        arguments: Sample.all)
    func mutations(sample: Sample) throws {
        var random = Seeded.generator(for: sample.name)
        let event = try sample.event()
        let data = try #require(event.member("data"))
        let mappings = SourceMappings.all()
        var counts: [String: Int] = [:]
        for _ in 0..<Self.rounds {
            var mutated = data
            for _ in 0..<random.pick([1, 1, 2, 5]) { mutated = Self.mutate(mutated, &random) }
            // Its own mapping each time, and now and then one that expects something else.
            for mapping in mappings where .string(mapping.type) == event.member("type") || random.chance(10) {
                do {
                    switch try mapping.map(mutated) {
                    case .deal: counts["deal", default: 0] += 1
                    case .signature: counts["signature", default: 0] += 1
                    case .nothing(let reason):
                        #expect(!reason.isEmpty)
                        counts["nothing", default: 0] += 1
                    }
                } catch {
                    counts["findings", default: 0] += 1
                    #expect(!error.findings.isEmpty, "BATON_SEED=\(Seeded.seed) \(sample.name)")
                    for finding in error.findings {
                        #expect(finding.path.hasPrefix("$.data"), "BATON_SEED=\(Seeded.seed) \(finding.path)")
                    }
                }
            }
            // What a mapping makes, the contract's reader takes or refuses; it is never brought down either.
            do { _ = try Sample.decode(event.replacing("data", with: mutated)) } catch {
                counts["refused", default: 0] += 1
            }
        }
        print("BATON_SEED=\(Seeded.seed) \(sample.name): \(counts.sorted { $0.key < $1.key })")
        let taken = ["nothing", "deal", "signature"].reduce(0) { $0 + counts[$1, default: 0] }
        #expect(counts["findings", default: 0] > 0 && taken > 0)
    }

    @Test(
        "L6 no body cut, changed or torn apart at random brings the reading of an outbound message down",
        .timeLimit(.minutes(1)))
    func outboundMessages() throws {
        var random = Seeded.generator(for: "soap")
        let xml = try Sample.bytes("salesforce-outbound-message.xml")
        var refused = 0
        for _ in 0..<Self.rounds {
            var bytes = xml
            for _ in 0..<random.pick([1, 2, 20]) {
                guard !bytes.isEmpty else { break }
                let index = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes.removeSubrange(index...)
                case 1: bytes[index] = UInt8.random(in: 0...255, using: &random)
                case 2:
                    bytes.insert(
                        contentsOf: Array(random.pick(["<", "&", "</", "]]>", "<![CDATA[", "&#0;"]).utf8), at: index)
                default: bytes.removeSubrange(index..<min(index + 30, bytes.count))
                }
            }
            do { _ = try OutboundMessage(xml: bytes) } catch { refused += 1 }
        }
        #expect(refused > 0, "BATON_SEED=\(Seeded.seed)")
        let deep = String(repeating: "<a>", count: 20_000) + String(repeating: "</a>", count: 20_000)
        #expect(throws: OutboundMessage.Problem.self) { try OutboundMessage(xml: Array(deep.utf8)) }
    }

    /// Another value, no value, a torn list or a cut text somewhere.
    private static func mutate(_ json: JSON, _ random: inout Seeded) -> JSON {
        let hostile: [JSON] = [
            .null, .bool(true), .integer(-1), .integer(.max), .string(""), .string("\u{0}'|+{}[]"),
            .string("/Date(9e9)/"),
            .string("99999999999999"), .string("[[[[[]]]]]"), .string("{\"records\":[1,null]}"), .array([]), [:],
            .array([.array([]), .null, .string("x")]), ["Value": ["Value": .null]], ["records": .array([.integer(1)])],
            .string("-92233720368547758.08"), .string("2026-02-29T24:00:00Z"),
        ]
        switch json {
        case .object(var members) where !members.isEmpty && !random.chance(5):
            let index = Int.random(in: members.indices, using: &random)
            if random.chance(10) {
                members.remove(at: index)
            } else {
                members[index] = JSON.Member(members[index].name, mutate(members[index].value, &random))
            }
            return .object(members)
        case .array(var items) where !items.isEmpty && !random.chance(5):
            let index = Int.random(in: items.indices, using: &random)
            switch Int.random(in: 0..<6, using: &random) {
            case 0: items.remove(at: index)
            case 1: items.append(items[index])
            default: items[index] = mutate(items[index], &random)
            }
            return .array(items)
        case .string(let text) where random.chance(60):
            return .string(
                String(text.prefix(Int.random(in: 0...text.count, using: &random))) + random.pick(["", "x", "0", "\n"]))
        default: return random.pick(hostile)
        }
    }
}
