/// Mistakes that the engine's surroundings may be told to make, so that a check which cannot fail is found out.
package struct LoopPlants: OptionSet, Sendable {
    package let rawValue: Int

    package init(rawValue: Int) {
        self.rawValue = rawValue
    }

    /// A delivery is acknowledged before its work is done.
    package static let ackFirst = LoopPlants(rawValue: 1 << 0)
    /// Calls are sent however late it is.
    package static let noDeadline = LoopPlants(rawValue: 1 << 1)
    /// What a read-back would find is never found.
    package static let noReadBack = LoopPlants(rawValue: 1 << 2)
    /// Nobody sweeps.
    package static let noSweeper = LoopPlants(rawValue: 1 << 3)
}
