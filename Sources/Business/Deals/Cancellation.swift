/// The end of an agreement: everything that was done for its versions below this one is to be taken back.
///
/// Its JSON form is the `data` of `deal.cancelled.v1`.
public struct Cancellation: Sendable, Hashable, Codable {
    /// The sale in the CRM.
    public let opportunity: String
    /// The agreement that ends.
    public let contract: String
    /// The cancellation's own version, above the agreement's last one.
    public let version: Int
    /// Why, in words.
    public let reason: String?

    /// Puts a cancellation together.
    public init(opportunity: String, contract: String, version: Int, reason: String? = nil) {
        self.opportunity = opportunity
        self.contract = contract
        self.version = version
        self.reason = reason
    }

    /// What tells it from every version of a deal and every other cancellation.
    public var key: Deal.Key { Deal.Key(opportunity: opportunity, contract: contract, version: version) }
}
