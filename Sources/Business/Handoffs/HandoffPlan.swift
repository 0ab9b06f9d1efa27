import Connectors
import Deals
import FoundationEssentials
import Sagas
import Workers

/// Everything that a handoff will do, before it does it: a pure function of the deal.
public struct HandoffPlan: Codable, Sendable, Equatable {
    /// The handoff's id.
    public let handoff: String
    /// The opportunity.
    public let opportunity: String
    /// The contract, which is the reference that all systems share.
    public let contract: String
    /// The contract's version.
    public let version: Int
    /// The customer as the ERP shall have it.
    public let customer: CustomerRecord
    /// The project; its customer's id is known only when the customer step is done.
    public let project: ProjectOutline
    /// The tasks to be made: one for each sold line that no version before has made one for.
    public let tasks: [TaskRecord]
    /// When what is billed.
    public let schedule: [BillingScheduleRecord.Line]
    /// What the version before left to go on with; nil for a contract's first version.
    public let base: Standing?
    /// What the catalog adds; nil in a plan that was made without one.
    public var provisioning: Provisioning?
    /// By which rows of the catalog and which answers it was made; nil in a plan that was made without a catalog.
    public var enrichment: Enrichment?

    /// What stands of a contract before a later version is carried out.
    public struct Standing: Codable, Sendable, Equatable {
        /// The project.
        public let projectID: String
        /// The tasks.
        public let tasks: [TaskRecord]
        /// The billing schedules that are in force.
        public let scheduleIDs: [String]
        /// Whether this version changes what stands; otherwise it replaces it.
        public let isChanged: Bool
        /// Whom was asked for; nil in a plan of a version of the software that did not ask.
        public var demands: [DemandRecord]?
    }

    /// The project as far as it is known before anything is done.
    public struct ProjectOutline: Codable, Sendable, Equatable {
        /// What people call it.
        public let name: String
        /// The company that delivers and bills.
        public let legalEntity: String
        /// ISO 4217 code.
        public let currency: String
        /// First day.
        public let start: String
        /// Last day.
        public let end: String
        /// Who owns delivery.
        public let manager: String
    }

    /// Plans `deal` upon the version before it, without a catalog; refuses one whose schedule cannot be made to add up.
    public init(for deal: Deal, handoff: UUID, upon base: Base<HandoffPlan>? = nil) throws {
        try self.init(
            for: deal, handoff: handoff, upon: base, soldBy: deal.legalEntity, billed: BillingSchedule.lines(for: deal))
    }

    /// Plans `deal` with what is said elsewhere: who sells, and when it is billed.
    init(
        for deal: Deal, handoff: UUID, upon base: Base<HandoffPlan>?, soldBy entity: String?, billed: [ScheduleLine]
    ) throws {
        let standing = base.flatMap { Standing(after: $0, isChanged: deal.baseVersion != nil) }
        self.base = standing
        self.handoff = handoff.uuidString.lowercased()
        opportunity = deal.opportunity
        contract = deal.contract
        version = deal.version
        guard let legalEntity = entity else {
            throw Refused(.entityUnmapped, "the deal names no legal entity")
        }
        customer = CustomerRecord(
            name: deal.customer.name, legalEntity: legalEntity, taxID: deal.customer.taxId,
            email: deal.customer.email, country: deal.customer.country, parentID: nil)
        guard let owner = deal.deliveryOwner else { throw Refused(.notApproved, "nobody owns delivery") }
        project = ProjectOutline(
            name: "\(deal.customer.name) \(deal.contract)", legalEntity: legalEntity,
            currency: deal.currency.code, start: deal.contractPeriod.start.description,
            end: deal.contractPeriod.end.description, manager: (deal.projectManager ?? owner).email)
        let sold = deal.lines.map { TaskRecord(line: "\($0.number)", code: $0.service, name: $0.description) }
        tasks = deal.baseVersion == nil ? sold.filter { !(standing?.tasks.contains($0) ?? false) } : sold
        schedule = billed.enumerated().map { place, line in
            BillingScheduleRecord.Line(
                number: place + 1, dueDate: line.due.description, amountMinor: line.amount.minorUnits, text: line.text)
        }
    }

    /// What makes two deals mean the same customer: the legal entity and the tax id or, without one, the name. A customer
    /// of whom a person said that it is nobody who is known is no other deal's.
    var customerNaturalKey: String { naturalKey(of: customer, chosenAs: CustomerDecision.customer) }

    /// The same of the customer's parent.
    func parentNaturalKey(of parent: CustomerRecord) -> String {
        naturalKey(of: parent, chosenAs: CustomerDecision.parent)
    }

    private func naturalKey(of record: CustomerRecord, chosenAs role: String) -> String {
        let written = role == CustomerDecision.parent ? provisioning?.parentKey : provisioning?.customerKey
        let key = written ?? Self.naturalKey(of: record)
        let isNew = enrichment?.lookUps.choices[role] == CustomerDecision.new
        return isNew ? "\(key)|new:\(opportunity)/\(contract)" : key
    }

    /// What makes two records mean the same customer, in the form in which they are compared and looked up, so that two
    /// deals that know nobody yet end on one.
    static func sharedKey(of customer: CustomerRecord, country: String) -> String {
        let identity =
            customer.taxID.map { "tax:\(RegistrationNumber($0, country: country))" }
            ?? "name:\(Spelling.folded(customer.name))|\(country)"
        return "\(customer.legalEntity)|\(identity)".lowercased()
    }

    /// The same in plans of before that form, and without a catalog.
    static func naturalKey(of customer: CustomerRecord) -> String {
        let identity = customer.taxID.map { "tax:" + $0 } ?? "name:" + customer.name
        let normal = identity.lowercased().filter { !$0.isWhitespace }
        return "\(customer.legalEntity.lowercased())|\(normal)"
    }
}

extension HandoffPlan {
    /// The schedules that end when this version's own stands.
    var endingScheduleIDs: [String] {
        guard let base, !base.isChanged else { return [] }
        return base.scheduleIDs
    }
}

extension HandoffPlan.Standing {
    /// What a finished version left; nil when it made no project.
    init?(after base: Base<HandoffPlan>, isChanged: Bool) {
        guard let project = base.receipts[CreateProject.name] else { return nil }
        let before = base.plan.base
        let schedule = base.receipts[CreateBillingSchedule.name].map { [$0.externalID] } ?? []
        self.init(
            projectID: project.externalID, tasks: (before?.tasks ?? []) + base.plan.tasks,
            scheduleIDs: (before?.isChanged == true ? before?.scheduleIDs ?? [] : []) + schedule, isChanged: isChanged)
        let asked = (before?.demands ?? []) + (base.plan.provisioning?.demands ?? [])
        demands = asked.isEmpty ? nil : asked
    }
}
