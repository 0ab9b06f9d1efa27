/// What was found in one dead-letter queue.
public struct DeadLetterCollection: Sendable, Codable, Equatable {
    /// The dead-letter queue.
    public let deadLetterQueue: String
    /// Whether the broker has such a queue.
    public internal(set) var exists = true
    /// How many messages were taken out.
    public internal(set) var messages = 0
    /// Incidents that were opened, by class.
    public internal(set) var opened: [String: Int] = [:]
    /// Copies of incidents that are in the database.
    public internal(set) var copies = 0
    /// Tickets: they only name a row, which says itself how it stands.
    public internal(set) var tickets = 0
    /// Messages that are incidents already, and came once more.
    public internal(set) var knownMessages = 0

    init(deadLetterQueue: String) {
        self.deadLetterQueue = deadLetterQueue
    }

    mutating func count(_ entry: LetterBook.Entry) {
        messages += 1
        switch entry {
        case .opened(let incidentClass): opened[incidentClass, default: 0] += 1
        case .known: knownMessages += 1
        case .copy: copies += 1
        case .ticket: tickets += 1
        }
    }
}
