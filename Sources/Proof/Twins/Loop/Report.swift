/// How a run ended.
package struct Report: Sendable {
    /// How many effects it had.
    package let effects: Int
    /// What does not hold; empty when all does.
    package let complaints: [String]
    /// Every effect, where the run was told to write them down.
    package let timeline: [String]
    /// The store at the end.
    package let tables: Tables
    /// The targets at the end.
    package let world: TargetWorld
}
