/// Where every message that went in has ended: the account of a quiet point.
public struct Balance: Sendable, Codable, Equatable {
    /// Different messages that certainly went in.
    public var messagesIn = 0
    /// How many of them ended how: a handoff's state, a disposition, or `rejected`.
    public var ends: [String: Int] = [:]
    /// Messages of which no record exists.
    public var missing = 0
    /// Times that a message was published again.
    public var copiesIn = 0
    /// How many of those the records account for.
    public var copiesNoted = 0
    /// Deliveries of recorded events beyond what was published: what came again from the broker, at the least.
    public var redelivered = 0

    /// Whether what went in is what came out.
    public var isExact: Bool { messagesIn == ends.values.reduce(0, +) && missing == 0 && copiesIn == copiesNoted }

    /// The account as a table.
    public var table: String {
        var lines = ["messages in \(messagesIn)"]
        for (end, count) in ends.sorted(by: { $0.key < $1.key }) { lines.append("  \(end) \(count)") }
        lines.append("  missing \(missing)")
        lines.append("published again \(copiesIn), noted as duplicates \(copiesNoted)")
        return lines.joined(separator: "\n")
    }
}
