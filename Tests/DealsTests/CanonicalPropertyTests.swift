import Support
import Testing

@testable import Deals

@Suite("Any deal has one canonical form")
struct CanonicalPropertyTests {
    private static func event(_ data: JSON) -> JSON {
        [
            "specversion": .string("1.0"), "id": .string("e"), "source": .string("cpq"),
            "type": .string(DealEvent.typeV2), "time": .string("2026-01-02T03:04:05Z"), "data": data,
        ]
    }

    @Test("B1 any deal is read back from its canonical bytes, and as an event in any order of its members")
    func roundTrip() throws {
        var deals = RandomDeals(random: .generator(for: "canonical"))
        for round in 0..<500 {
            let deal = try deals.next()
            let bytes = deal.canonicalBytes
            #expect(try Deal(canonicalBytes: bytes) == deal, "BATON_SEED=\(Seeded.seed) round \(round)")
            let data = try JSONReader.read(bytes, maximalDepth: 64)
            let body = Self.event(data).shuffled(&deals.random).bytes
            let intake = try DealEventDecoder().decode(body: body, routingKey: "cpq.deal.updated.v2")
            guard case .handoff(let event) = intake else {
                Issue.record("BATON_SEED=\(Seeded.seed) round \(round): \(intake)")
                continue
            }
            #expect(
                event.deal == deal && event.deal.canonicalBytes == bytes && event.deal.contentHash == deal.contentHash,
                "BATON_SEED=\(Seeded.seed) round \(round)")
        }
    }

    @Test("any deal of the grouped contract keeps the published schema", .timeLimit(.minutes(1)))
    func schema() throws {
        var deals = RandomDeals(random: .generator(for: "grouped schema"))
        let judge = try Judge(schema: Examples.groupedDealSchema)
        for round in 0..<100 {
            let data = try JSONReader.read(try deals.next().canonicalBytes, maximalDepth: 64)
            let verdict = try judge.verdict(on: Self.event(data).bytes)
            #expect(verdict == "valid", "BATON_SEED=\(Seeded.seed) round \(round)")
        }
    }
}
