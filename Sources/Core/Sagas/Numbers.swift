/// The company's running numbers, such as those of its projects: drawn once for each thing that needs one, and never twice.
public protocol Numbers: Sendable {
    /// The number that `key` has drawn from `series`, drawn now if it has none. Committed when it returns, so that
    /// whoever is interrupted before using it draws the same one again.
    func draw(from series: String, for key: String) async throws -> Int64
}
