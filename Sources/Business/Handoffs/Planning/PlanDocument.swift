import Catalogs
import Connectors
import Deals
import FoundationEssentials

/// What a deal will do, as a document for people and programs; tax registrations are left out.
public struct PlanDocument: Sendable, Codable, Equatable {
    /// The opportunity.
    public let opportunity: String
    /// The contract.
    public let contract: String
    /// The contract's version.
    public let version: Int
    /// Names what the plan was made from: an event that carries it as `expectedplanhash` is carried out by this plan or not at
    /// all. Nil where there is no plan, or no catalog.
    public let planHash: String?
    /// The version of the catalog in force; nil where none is published.
    public let catalogVersion: String?
    /// Whether nobody was asked: then the plan is that for a customer whom nobody knows.
    public let isOffline: Bool
    /// Everything because of which there is no plan.
    public let findings: [PlanFinding]
    /// What will be done; nil where there are findings.
    public let plan: Outline?

    /// What will be done.
    public struct Outline: Sendable, Codable, Equatable {
        /// Who buys.
        public let customer: Customer
        /// The project.
        public let project: Project
        /// What is carried out, by sold line and part.
        public let components: [HandoffPlan.Component]
        /// The phases and tasks of the project.
        public let phases: [PhaseRecord]
        /// When what is billed.
        public let schedule: [BillingScheduleRecord.Line]
        /// The sum of the schedule.
        public let total: Total
        /// When invoices are due.
        public let terms: HandoffPlan.Terms?
        /// Whom the project needs.
        public let demands: [DemandRecord]
        /// People at the customer's.
        public let contacts: [ContactRecord]
        /// How each kind of service is taxed.
        public let taxes: [HandoffPlan.TaxTreatment]
        /// The approvals that the catalog asks for.
        public let approvals: [HandoffPlan.Approval]
        /// Which rows of the catalog gave which fields.
        public let sources: [FieldSource]
        /// Every call, in order.
        public let calls: [PlannedCall]
    }

    /// Who buys.
    public struct Customer: Sendable, Codable, Equatable {
        /// The registered name.
        public let name: String
        /// Whether it is made, or which one is meant; nil where nobody was asked.
        public let decision: CustomerDecision?
        /// The name of the customer to which it belongs.
        public let parent: String?
        /// Whether that one is made, or which one is meant; nil where nobody was asked.
        public let parentDecision: CustomerDecision?
    }

    /// The project.
    public struct Project: Sendable, Codable, Equatable {
        /// What people call it.
        public let name: String
        /// The legal entity that sells.
        public let legalEntity: String
        /// How its number is written; nil where the ERP gives it one.
        public let numberPattern: String?
        /// First day.
        public let start: String
        /// Last day.
        public let end: String
        /// Who leads it.
        public let manager: String
        /// Under which financial dimensions it is booked.
        public let dimensions: DimensionRecord?
    }

    /// An amount.
    public struct Total: Sendable, Codable, Equatable {
        /// In minor units.
        public let minorUnits: Int64
        /// ISO 4217.
        public let currency: String
    }

    /// The id of a handoff that there is none of.
    static let noHandoff = UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
}

extension PlanDocument {
    init(of deal: Deal, findings: [PlanFinding], catalog: String?, isOffline: Bool) {
        self.init(
            opportunity: deal.opportunity, contract: deal.contract, version: deal.version, planHash: nil,
            catalogVersion: catalog, isOffline: isOffline, findings: findings, plan: nil)
    }

    init(of deal: Deal, plan: HandoffPlan, calls: [PlannedCall], catalog: String?, isOffline: Bool) {
        self.init(
            opportunity: deal.opportunity, contract: deal.contract, version: deal.version,
            // What nobody was asked about is not what will be done.
            planHash: isOffline ? nil : plan.enrichment?.planHash, catalogVersion: catalog, isOffline: isOffline,
            findings: [], plan: Outline(of: deal, plan, calls))
    }
}

extension PlanDocument.Outline {
    init(of deal: Deal, _ plan: HandoffPlan, _ calls: [PlannedCall]) {
        let (provisioning, enrichment) = (plan.provisioning, plan.enrichment)
        customer = PlanDocument.Customer(
            name: plan.customer.name, decision: enrichment?.lookUps.customer, parent: deal.customer.parent?.name,
            parentDecision: enrichment?.lookUps.parent)
        project = PlanDocument.Project(
            name: plan.project.name, legalEntity: plan.project.legalEntity,
            numberPattern: provisioning?.numberPattern, start: plan.project.start, end: plan.project.end,
            manager: plan.project.manager, dimensions: provisioning?.dimensions)
        components = enrichment?.components ?? []
        phases = provisioning?.phases ?? []
        schedule = plan.schedule
        total = PlanDocument.Total(
            minorUnits: plan.schedule.reduce(0) { $0 + $1.amountMinor }, currency: plan.project.currency)
        terms = enrichment?.terms
        demands = provisioning?.demands ?? []
        contacts = provisioning?.contacts ?? []
        taxes = enrichment?.taxes ?? []
        approvals = enrichment?.approvals ?? []
        sources = enrichment?.sources ?? []
        self.calls = calls.map(\.withoutTaxIDs)
    }
}
