/// A customer, as the company knows it.
public struct CustomerRecord: Sendable, Codable, Equatable {
    /// The registered name.
    public let name: String
    /// The company's own legal entity that sells to it.
    public let legalEntity: String
    /// The tax id, where it has one.
    public let taxID: String?
    /// Where invoices go.
    public let email: String?
    /// The country of its seat, ISO 3166-1; nil in what was stored before it was told.
    public let country: String?
    /// The id of the parent customer in the same system.
    public let parentID: String?

    /// Describes a customer.
    public init(
        name: String, legalEntity: String, taxID: String?, email: String?, country: String? = nil, parentID: String?
    ) {
        self.name = name
        self.legalEntity = legalEntity
        self.taxID = taxID
        self.email = email
        self.country = country
        self.parentID = parentID
    }
}

/// A project to be delivered.
public struct ProjectRecord: Sendable, Codable, Equatable {
    /// The project's name.
    public let name: String
    /// The customer's id in the same system.
    public let customerID: String
    /// The legal entity that delivers.
    public let legalEntity: String
    /// ISO 4217.
    public let currency: String
    /// The contract's number.
    public let contract: String
    /// The project's number, where the company assigns it.
    public let number: String?
    /// First day, yyyy-mm-dd.
    public let start: String
    /// Last day, yyyy-mm-dd.
    public let end: String
    /// Who leads it.
    public let manager: String

    /// Describes a project.
    public init(
        name: String, customerID: String, legalEntity: String, currency: String, contract: String, number: String?,
        start: String, end: String, manager: String
    ) {
        self.name = name
        self.customerID = customerID
        self.legalEntity = legalEntity
        self.currency = currency
        self.contract = contract
        self.number = number
        self.start = start
        self.end = end
        self.manager = manager
    }
}

/// One task of a project.
public struct TaskRecord: Sendable, Codable, Equatable {
    /// The deal line that it comes from.
    public let line: String
    /// The service's code or, under a template, the task's own.
    public let code: String
    /// The task's name.
    public let name: String
    /// The code of the task that it is part of, which comes before it in the same list; nil at the top.
    public let parent: String?
    /// Under which code its work is billed; nil where the target knows by itself.
    public let billingCode: String?

    /// Describes a task.
    public init(line: String, code: String, name: String, parent: String? = nil, billingCode: String? = nil) {
        self.line = line
        self.code = code
        self.name = name
        self.parent = parent
        self.billingCode = billingCode
    }
}

/// A template by which work was laid out, and in which version.
public struct TemplateUsed: Sendable, Codable, Hashable {
    /// The template's code.
    public let code: String
    /// Its version.
    public let version: Int

    /// Names a version of a template.
    public init(code: String, version: Int) {
        self.code = code
        self.version = version
    }
}

/// One phase of a project and all its tasks, in order: a task comes after the one that it is part of.
public struct PhaseRecord: Sendable, Codable, Equatable {
    /// The phase's code, unlike that of every other phase of the project.
    public let code: String
    /// The phase's name.
    public let name: String
    /// The template that says so.
    public let template: TemplateUsed?
    /// The tasks.
    public let tasks: [TaskRecord]

    /// Describes a phase.
    public init(code: String, name: String, template: TemplateUsed? = nil, tasks: [TaskRecord]) {
        self.code = code
        self.name = name
        self.template = template
        self.tasks = tasks
    }
}

/// Tasks that are made in one call.
public enum TaskListRecord: Sendable, Equatable {
    /// A task a sold line, without phases.
    case lines([TaskRecord])
    /// A phase of a template.
    case phase(PhaseRecord)

    /// The tasks, in order.
    public var tasks: [TaskRecord] {
        switch self {
        case .lines(let tasks): tasks
        case .phase(let phase): phase.tasks
        }
    }
}

/// Somebody at a customer's.
public struct ContactRecord: Sendable, Codable, Equatable {
    /// What the company needs them for, such as `billing`.
    public let role: String
    /// How they are called.
    public let name: String
    /// How they are reached.
    public let email: String?

    /// Names somebody.
    public init(role: String, name: String, email: String?) {
        self.role = role
        self.name = name
        self.email = email
    }
}

/// Financial dimensions that a project is booked under.
public struct DimensionRecord: Sendable, Codable, Equatable {
    /// The legal entity in whose books.
    public let legalEntity: String
    /// The cost centre.
    public let costCentre: String
    /// Further dimensions by name, such as `businessUnit`.
    public let values: [String: String]
    /// For which project, by the reference that all systems share.
    public let projectReference: String

    /// Describes dimensions.
    public init(legalEntity: String, costCentre: String, values: [String: String], projectReference: String) {
        self.legalEntity = legalEntity
        self.costCentre = costCentre
        self.values = values
        self.projectReference = projectReference
    }
}

/// Who is needed for a project: one demand a role, unlike every other of the project in one of the four attributes.
public struct DemandRecord: Sendable, Codable, Equatable {
    /// The role.
    public let role: String
    /// What they must be able to do.
    public let skill: String
    /// Where.
    public let location: String
    /// From when on, yyyy-mm-dd.
    public let start: String
    /// For how long, where it is known.
    public let hours: Int?

    /// Describes who is needed.
    public init(role: String, skill: String, location: String, start: String, hours: Int? = nil) {
        self.role = role
        self.skill = skill
        self.location = location
        self.start = start
        self.hours = hours
    }
}

/// What is billed for a project, and when.
public struct BillingScheduleRecord: Sendable, Codable, Equatable {
    /// One invoice to come.
    public struct Line: Sendable, Codable, Equatable {
        /// The line's place, from 1.
        public let number: Int
        /// When it is billed, yyyy-mm-dd.
        public let dueDate: String
        /// How much, in the currency's minor unit.
        public let amountMinor: Int64
        /// What the invoice says.
        public let text: String

        /// Describes an invoice to come.
        public init(number: Int, dueDate: String, amountMinor: Int64, text: String) {
            self.number = number
            self.dueDate = dueDate
            self.amountMinor = amountMinor
            self.text = text
        }
    }

    /// The project's id in the same system.
    public let projectID: String
    /// The customer's id in the same system.
    public let customerID: String
    /// ISO 4217, for every line.
    public let currency: String
    /// The invoices to come, in order.
    public let lines: [Line]

    /// Describes a billing schedule.
    public init(projectID: String, customerID: String, currency: String, lines: [Line]) {
        self.projectID = projectID
        self.customerID = customerID
        self.currency = currency
        self.lines = lines
    }
}

/// How far a contract's handoff is, for those who sold the deal.
public struct HandoffStatus: Sendable, Codable, Equatable {
    /// The contract; nil where it is not known.
    public let contract: String?
    /// The state.
    public let state: String
    /// Whose turn it is, or what is waited for.
    public let waitingOn: String?
    /// Since when, RFC 3339 in UTC.
    public let since: String
    /// When it is tried again, RFC 3339 in UTC.
    public let nextTry: String?
    /// The project's id in the ERP, once it is there.
    public let projectID: String?
    /// The customer's id in the ERP, once it is there.
    public let customerID: String?
    /// The billing schedule's id in the ERP, once it is there.
    public let scheduleID: String?
    /// What people have to decide beside it, in words.
    public let attention: String?
    /// Rises with every status of the contract: an older one never replaces a newer.
    public let sourceVersion: Int64

    /// Describes how far a handoff is.
    public init(
        contract: String?, state: String, waitingOn: String?, since: String, nextTry: String?, projectID: String?,
        customerID: String?, scheduleID: String?, attention: String? = nil, sourceVersion: Int64
    ) {
        self.contract = contract
        self.attention = attention
        self.state = state
        self.waitingOn = waitingOn
        self.since = since
        self.nextTry = nextTry
        self.projectID = projectID
        self.customerID = customerID
        self.scheduleID = scheduleID
        self.sourceVersion = sourceVersion
    }
}
