import Foundation

/// SplitMix64: the same seed, the same numbers.
struct Seeded: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// The seed of this run, printed: `BATON_SEED`, or a new one.
    static let seed: UInt64 = {
        let given = ProcessInfo.processInfo.environment["BATON_SEED"].flatMap(UInt64.init)
        let seed = given ?? UInt64.random(in: 0...UInt64(UInt32.max))
        // Not through standard output, whose buffer is lost in a crash, and the seed with it.
        FileHandle.standardError.write(Data("BATON_SEED=\(seed)\n".utf8))
        return seed
    }()

    /// A generator of this run's seed for one use, the same however the tests are ordered.
    static func generator(for use: String) -> Seeded {
        Seeded(seed: use.utf8.reduce(seed) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 })
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }

    mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[Int.random(in: 0..<elements.count, using: &self)]
    }
}
