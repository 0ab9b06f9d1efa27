import FoundationEssentials
import PostgreSQL

/// Recomputes the journal's hash chains.
public struct JournalAudit: Sendable {
    /// One place where a chain does not hold.
    public struct Break: Sendable, Codable, Equatable {
        /// The handoff whose chain it is.
        public let handoff: String
        /// The entry, or the last one that should be there.
        public let seq: Int
        /// What is wrong there.
        public let what: String
    }

    /// What an audit found.
    public struct Result: Sendable, Codable, Equatable {
        /// How many entries were read.
        public let entries: Int
        /// Where chains do not hold; empty when every entry is as it was written and none is missing.
        public let breaks: [Break]
    }

    private let database: Database

    /// Reads through `database`, whose role needs no more than to read and to call the audit's function.
    public init(database: Database) {
        self.database = database
    }

    private static let count = Statement("count_journal", "SELECT count(*) FROM journal")
    private static let broken = Statement(
        "broken_journals", "SELECT handoff_id::text, seq, what FROM broken_journals() ORDER BY 1, 2")

    /// Recomputes every chain and compares it with its kept count and head.
    public func verify() async throws -> Result {
        let results = try await database.pipeline([Command(Self.count), Command(Self.broken)])
        return Result(
            entries: Int(try results[0][0].value(0, as: Int64.self)),
            breaks: try results[1].map { row in
                Break(
                    handoff: try row.value(0, as: String.self), seq: Int(try row.value(1, as: Int32.self)),
                    what: try row.value(2, as: String.self))
            })
    }
}
