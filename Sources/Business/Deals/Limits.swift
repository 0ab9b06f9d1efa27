/// What one event may need at most; documented settings, each with its reason.
///
/// They bound what a single message can cost a worker. The published schema states the same figures, so a setting may
/// lower them and never raises them.
public struct Limits: Sendable, Hashable {
    /// The body in bytes, 1,048,576: 2,000 lines of full length fit, and one message cannot fill a worker's memory.
    public let bodyBytes: Int
    /// The lines of a deal, 2,000: the work of one handoff stays within one transaction and one schedule.
    public let lines: Int
    /// The nesting of objects and arrays, 64: reading recurses, and the contract itself needs five.
    public let depth: Int
    /// The values of one body, 250,000, each object, array and scalar one: a value costs some fifty times its bytes once it
    /// is read, and the largest deal of the contract has a quarter of them.
    public let values: Int
    /// The findings reported of one body, 1,000; the rest is only counted. Every one is stored and sent back.
    public let findings: Int

    /// Takes limits at or below the contract's; what is higher becomes the contract's, what is below one becomes one.
    public init(
        bodyBytes: Int = 1_048_576, lines: Int = 2000, depth: Int = 64, values: Int = 250_000,
        findings: Int = 1000
    ) {
        self.bodyBytes = min(max(bodyBytes, 1), 1_048_576)
        self.lines = min(max(lines, 1), 2000)
        self.depth = min(max(depth, 1), 64)
        self.values = min(max(values, 1), 250_000)
        self.findings = min(max(findings, 1), 1000)
    }

    /// The contract's own limits.
    public static let standard = Limits()
}
