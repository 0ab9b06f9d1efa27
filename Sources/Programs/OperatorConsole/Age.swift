public import ArgumentParser

/// A span of time as people type it: 30s, 30m, 2h, 3d.
public struct Age: ExpressibleByArgument, Sendable, Equatable {
    /// How long.
    public let duration: Duration

    /// Reads a whole number and a unit; nil for anything else, and for more than a hundred years.
    public init?(argument: String) {
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        guard let last = argument.last, let unit = units[last], let count = Int64(argument.dropLast()),
            (0...3_153_600_000 / unit).contains(count)
        else { return nil }
        duration = .seconds(count * unit)
    }

    /// A span in the largest unit of which it has at least two.
    public static func text(seconds: Double) -> String {
        let whole = Int64(max(0, seconds))
        for (size, unit) in [(86_400, "d"), (3600, "h"), (60, "m")] as [(Int64, String)] where whole >= 2 * size {
            return "\(whole / size)\(unit)"
        }
        return "\(whole)s"
    }
}
