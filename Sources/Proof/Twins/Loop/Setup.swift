/// What a run is told to do otherwise than right.
package struct Setup: Sendable {
    package var storePlants: StorePlants
    package var loopPlants: LoopPlants
    /// Whether the ERP makes customers and schedules once a key.
    package var hasNativeKeys: Bool

    package init(storePlants: StorePlants = [], loopPlants: LoopPlants = [], hasNativeKeys: Bool = true) {
        self.storePlants = storePlants
        self.loopPlants = loopPlants
        self.hasNativeKeys = hasNativeKeys
    }
}
