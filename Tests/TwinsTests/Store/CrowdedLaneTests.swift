import Support
import Testing
import Twins

@testable import Fleet

/// How many versions of one opportunity may wait for each other, in PostgreSQL and in its twin.
@Suite struct CrowdedLaneTests {
    @Test(
        "SEC-F22 beyond the open versions that may wait one more is a conflict that a person hears of",
        .timeLimit(.minutes(1)), arguments: StoreMaker.allCases)
    func crowded(maker: StoreMaker) async throws {
        try await maker.with { bench async throws in
            let most = TimeLimits().openVersions
            for number in 1...most {
                #expect(try await bench.admit(1, contract: "CT-\(number)").hasPrefix("accepted"))
            }
            #expect(try await bench.admit(1, contract: "CT-over", event: "over").hasPrefix("conflict"))
            #expect(try await bench.admit(1, contract: "CT-over", event: "over").hasPrefix("conflict copy"))
            #expect(try await bench.admit(1, contract: "CT-5").hasPrefix("accepted copy"), "what is known stays known")
            #expect(try await bench.admit(2, .cancel, contract: "CT-7").hasPrefix("accepted"), "less, not more")
            #expect(try await bench.admit(1, opportunity: "O-2").hasPrefix("accepted"), "each lane for itself")
            #expect(try await bench.rows().contains { $0.contains("conflict/test/over") }, "the incident")
        }
    }
}
