/// Mistakes that a store may be told to make, so that a check which cannot fail is found out.
package struct StorePlants: OptionSet, Sendable {
    package let rawValue: Int

    package init(rawValue: Int) {
        self.rawValue = rawValue
    }

    /// Who was overtaken may still write.
    package static let noTokenCheck = StorePlants(rawValue: 1 << 0)
    /// Who lost the handoff otherwise, such as to a cancellation, may still write.
    package static let noStateCheck = StorePlants(rawValue: 1 << 1)
    /// What is in doubt may be discarded all the same.
    package static let doubtIsNoBar = StorePlants(rawValue: 1 << 2)
    /// A lane is not handed on when its version closes.
    package static let laneNotReleased = StorePlants(rawValue: 1 << 3)
    /// A read-back counts at once.
    package static let settledAtOnce = StorePlants(rawValue: 1 << 4)
    /// What a cancellation takes back is listed last to first, so that its first is undone first.
    package static let undoFirstToLast = StorePlants(rawValue: 1 << 5)
    /// The sweeper passes over leases that are over.
    package static let leasesForEver = StorePlants(rawValue: 1 << 6)
    /// A version that is known is taken once more as soon as its event has another id.
    package static let noVersionCheck = StorePlants(rawValue: 1 << 7)
    /// Intents are not written down.
    package static let noIntents = StorePlants(rawValue: 1 << 8)
    /// A lane takes every version at once.
    package static let noLanes = StorePlants(rawValue: 1 << 9)
    /// What was in doubt is never looked at again.
    package static let noLooks = StorePlants(rawValue: 1 << 10)
    /// What is on a receipt counts as a copy too.
    package static let receiptIsNoBar = StorePlants(rawValue: 1 << 11)
    /// Nobody lets the next in line go.
    package static let lineStands = StorePlants(rawValue: 1 << 12)
}
