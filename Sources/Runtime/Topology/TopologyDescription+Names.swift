extension TopologyDescription {
    /// The exchange that takes tickets, by queue name.
    public static let ticketExchange = "work"
    /// The exchange that takes dead letters, by the name of the queue they come from.
    public static let deadLetterExchange = "dead"
    /// How often a dead letter may be looked at and given back before the broker drops it: never, as good as. Without a
    /// limit of its own RabbitMQ 4 drops after 20 times what nobody has collected; 3.10 knows no other way to say never.
    static let deadLetterReturns = 2_000_000_000

    /// What a queue of dead letters is declared with: what stands there stays until somebody takes it.
    static let deadLetterArguments: [String: Argument] = [
        "x-queue-type": .string("quorum"), "x-delivery-limit": .integer(deadLetterReturns),
    ]
}
