/// How the connections of a database are at one moment: what a readiness check wants to know.
public struct DatabaseStatus: Sendable, Hashable {
    /// How many connections are open.
    public let open: Int
    /// How many there should be.
    public let size: Int
    /// How many calls wait for a connection.
    public let waiting: Int
    /// Why connecting last failed, if it has not succeeded since.
    public let lastFailure: String?
    /// With which SQLSTATE the server last refused a connection, if no attempt has ended otherwise since.
    public let refusal: String?
}
