import Foundation

/// A condition that did not come true in time.
public struct NeverTrue: Error, CustomStringConvertible {
    let what: String
    /// What was waited for.
    public var description: String { "waited in vain until \(what)" }
}

/// Looks again and again until `condition` holds; throws after `limit`.
public func eventually(
    _ what: String, within limit: Duration = .seconds(30), _ condition: () async throws -> Bool
) async throws {
    let end = ContinuousClock.now + limit
    while ContinuousClock.now < end {
        if try await condition() { return }
        try await ContinuousClock().sleep(for: .milliseconds(20))
    }
    throw NeverTrue(what: what)
}
