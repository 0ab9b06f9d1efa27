import Foundation

/// SplitMix64: the same seed, the same numbers.
public struct Seeded: RandomNumberGenerator {
    private var state: UInt64

    /// Begins at `seed`.
    public init(seed: UInt64) { state = seed }

    /// The seed of this run, printed: `BATON_SEED`, or a new one.
    public static let seed: UInt64 = {
        let given = ProcessInfo.processInfo.environment["BATON_SEED"].flatMap(UInt64.init)
        let seed = given ?? UInt64.random(in: 0...UInt64(UInt32.max))
        // Not through standard output, whose buffer is lost in a crash, and the seed with it.
        FileHandle.standardError.write(Data("BATON_SEED=\(seed)\n".utf8))
        return seed
    }()

    /// A generator of this run's seed for one use, the same however the tests are ordered.
    public static func generator(for use: String) -> Seeded {
        Seeded(seed: use.utf8.reduce(seed) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 })
    }

    /// The next number.
    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// Whether one of `percent` in a hundred came up.
    public mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }

    /// One of `elements`, which are not empty.
    public mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[Int.random(in: 0..<elements.count, using: &self)]
    }
}
