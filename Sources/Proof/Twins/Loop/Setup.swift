import Fleet

/// What a run is told to do otherwise than right.
package struct Setup: Sendable {
    package var storePlants: StorePlants
    package var loopPlants: LoopPlants
    /// Whether the ERP makes customers and schedules once a key.
    package var hasNativeKeys: Bool

    /// How many handoffs of a queue have a ticket out at one time.
    package var ticketWindow = TimeLimits().ticketWindow

    var limits: TimeLimits {
        var limits = TimeLimits()
        limits.ticketWindow = ticketWindow
        return limits
    }

    package init(storePlants: StorePlants = [], loopPlants: LoopPlants = [], hasNativeKeys: Bool = true) {
        self.storePlants = storePlants
        self.loopPlants = loopPlants
        self.hasNativeKeys = hasNativeKeys
    }
}
