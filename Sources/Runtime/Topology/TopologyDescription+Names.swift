extension TopologyDescription {
    /// The exchange that takes tickets, by queue name.
    public static let ticketExchange = "work"
    /// The exchange that takes dead letters, by the name of the queue they come from.
    public static let deadLetterExchange = "dead"
}
