/// A commercial agreement as sold, in the company's own words: what every source's deal becomes, and nothing more.
///
/// Its one JSON form is ``canonicalBytes``. A deal that came through ``DealEventDecoder`` keeps all rules of its contract.
public struct Deal: Sendable, Hashable {
    /// The sale in the CRM.
    public internal(set) var opportunity: String
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
    /// Who leads the project.
    public let projectManager: Person?
    /// The code of the company's legal entity that sells; nil where the catalog derives it from party and region.
    public let legalEntity: String?
    /// The party of the company that signs, in the words of the contract.
    public let contractParty: String?
    /// Where it is delivered, as the catalog names regions.
    public let deliveryRegion: String?
    /// What kind of agreement it is, such as `sow` or `order`.
    public let contractType: String?
    /// SHA-256 of the statement of work, in small hexadecimal digits.
    public let sowHash: String?
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
    /// How the price came about.
    public let pricing: Pricing?
    /// The days from invoice to payment; nil where the billing terms say it.
    public let paymentTermsDays: Int?
    /// How it is invoiced.
    public let billingTerms: BillingTerms?
    /// Whom delivery needs, and when.
    public let resourceDemand: [ResourceDemand]
    /// The hash of the plan that somebody looked at and expects; says nothing of what was sold.
    public var expectedPlanHash: String?

    /// Puts a deal together.
    public init(
        opportunity: String, contract: String, version: Int, baseVersion: Int? = nil, stage: String,
        link: String? = nil, approval: Approval? = nil, deliveryOwner: Person? = nil, projectManager: Person? = nil,
        legalEntity: String? = nil, contractParty: String? = nil, deliveryRegion: String? = nil,
        contractType: String? = nil, sowHash: String? = nil, currency: Currency, customer: Customer,
        contractPeriod: Period, totalMinor: Int64, lines: [Line], milestones: [Milestone] = [],
        pricing: Pricing? = nil, paymentTermsDays: Int? = nil, billingTerms: BillingTerms? = nil,
        resourceDemand: [ResourceDemand] = []
    ) {
        self.opportunity = opportunity
        self.contract = contract
        self.version = version
        self.baseVersion = baseVersion
        self.stage = stage
        self.link = link
        self.approval = approval
        self.deliveryOwner = deliveryOwner
        self.projectManager = projectManager
        self.legalEntity = legalEntity
        self.contractParty = contractParty
        self.deliveryRegion = deliveryRegion
        self.contractType = contractType
        self.sowHash = sowHash
        self.currency = currency
        self.customer = customer
        self.contractPeriod = contractPeriod
        self.totalMinor = totalMinor
        self.lines = lines
        self.milestones = milestones
        self.pricing = pricing
        self.paymentTermsDays = paymentTermsDays
        self.billingTerms = billingTerms
        self.resourceDemand = resourceDemand
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
