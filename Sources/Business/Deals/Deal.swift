/// A commercial agreement as sold, in the company's own words: what every source's deal becomes, and nothing more.
///
/// Its JSON form is the `data` of the published event. A deal that came through ``DealEventDecoder`` keeps all its rules;
/// one that was decoded otherwise is only as right as what was stored.
public struct Deal: Sendable, Hashable, Codable {
    /// The sale in the CRM.
    public let opportunity: String
    /// The agreement under which it was sold.
    public let contract: String
    /// Which state of the agreement this is, from 1.
    public let version: Int
    /// The version that this one changes: then it is a change order, and its lines, milestones and total are what is
    /// added. Nil for a complete deal.
    public let baseVersion: Int?
    /// Where the sale stands, in the source's words.
    public let stage: String
    /// Where the source's own record can be seen.
    public let link: String?
    /// Who approved the commercial terms; present and complete on every deal that is carried out.
    public let approval: Approval?
    /// Who answers for delivery; present on every deal that is carried out.
    public let deliveryOwner: Person?
    /// The code of the company's legal entity that sells.
    public let legalEntity: String
    /// What all amounts are in.
    public let currency: Currency
    /// Who buys.
    public let customer: Customer
    /// From the first to the last day of the agreement.
    public let contractPeriod: Period
    /// The price of everything, in minor units.
    public let totalMinor: Int64
    /// What was sold, each at its price.
    public let lines: [Line]
    /// When and how much of each milestone line is billed.
    public let milestones: [Milestone]
    /// The days from invoice to payment.
    public let paymentTermsDays: Int

    /// Puts a deal together.
    public init(
        opportunity: String, contract: String, version: Int, baseVersion: Int? = nil, stage: String,
        link: String? = nil, approval: Approval? = nil, deliveryOwner: Person? = nil, legalEntity: String,
        currency: Currency, customer: Customer, contractPeriod: Period, totalMinor: Int64, lines: [Line],
        milestones: [Milestone] = [], paymentTermsDays: Int
    ) {
        self.opportunity = opportunity
        self.contract = contract
        self.version = version
        self.baseVersion = baseVersion
        self.stage = stage
        self.link = link
        self.approval = approval
        self.deliveryOwner = deliveryOwner
        self.legalEntity = legalEntity
        self.currency = currency
        self.customer = customer
        self.contractPeriod = contractPeriod
        self.totalMinor = totalMinor
        self.lines = lines
        self.milestones = milestones
        self.paymentTermsDays = paymentTermsDays
    }

    /// What tells this deal version from every other.
    public var key: Key { Key(opportunity: opportunity, contract: contract, version: version) }
    /// The price of everything.
    public var total: Money { Money(minorUnits: totalMinor, currency: currency) }

    /// The three things that name a deal version.
    public struct Key: Sendable, Hashable, Codable, CustomStringConvertible {
        /// The sale; never contains a slash.
        public let opportunity: String
        /// The agreement.
        public let contract: String
        /// The agreement's version.
        public let version: Int

        /// Names a deal version.
        public init(opportunity: String, contract: String, version: Int) {
            self.opportunity = opportunity
            self.contract = contract
            self.version = version
        }

        /// `opportunity/contract/version`; unambiguous, since an opportunity has no slash and a version only digits.
        public var description: String { "\(opportunity)/\(contract)/\(version)" }
    }
}
