/// What an event names of its deal, however wrong the rest is: each part only if it keeps the contract's rules itself.
///
/// People ask for a refused deal by these.
public struct PartialDeal: Sendable, Hashable {
    /// The sale in the CRM.
    public var opportunity: String?
    /// The agreement under which it was sold.
    public var contract: String?
    /// Which state of the agreement it is.
    public var version: Int?
    /// The customer's name.
    public var customer: String?
    /// The price of everything, in minor units.
    public var totalMinor: Int64?
    /// What the price is in.
    public var currency: Currency?

    /// Reads what can be read of an event's `data`; nil where that is nothing.
    init?(_ data: JSON?) {
        guard case .object(let members)? = data else { return nil }
        var reader = SchemaReader(limits: .standard)
        opportunity = reader.optional("opportunity", of: members) { $1.text($0, .opportunity) }
        contract = reader.optional("contract", of: members) { $1.text($0, .contract) }
        version = reader.optional("version", of: members) { $1.integer($0, DealReader.versions) }.map(Int.init)
        if case .object(let customer)? = members.first(named: "customer") {
            self.customer = reader.optional("name", of: customer) { $1.text($0, .text200) }
        }
        totalMinor = reader.optional("totalMinor", of: members) { $1.integer($0, 0...DealReader.maximalAmount) }
        currency = reader.optional("currency", of: members) { $1.word($0, "", Currency.init) }
        if opportunity == nil, contract == nil, customer == nil, totalMinor == nil { return nil }
    }

    /// What names the deal version, where all of it is known.
    public var key: Deal.Key? {
        guard let opportunity, let contract, let version else { return nil }
        return Deal.Key(opportunity: opportunity, contract: contract, version: version)
    }
}
