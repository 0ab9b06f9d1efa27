/// A customer, as a target shall have it.
public struct CustomerRecord: Sendable, Codable, Equatable {
    /// The registered name.
    public let name: String
    /// The company of ours that deals with it.
    public let legalEntity: String
    /// The tax registration.
    public let taxID: String?
    /// Where invoices go.
    public let email: String?

    /// Describes a customer.
    public init(name: String, legalEntity: String, taxID: String?, email: String?) {
        self.name = name
        self.legalEntity = legalEntity
        self.taxID = taxID
        self.email = email
    }
}

/// A project, as a target shall have it.
public struct ProjectRecord: Sendable, Codable, Equatable {
    /// What people call it.
    public let name: String
    /// The ERP's customer.
    public let customerID: String
    /// The company of ours that delivers and bills.
    public let legalEntity: String
    /// ISO 4217 code.
    public let currency: String
    /// The contract, which all systems share as reference.
    public let contract: String
    /// First day, `yyyy-mm-dd`.
    public let start: String
    /// Last day, `yyyy-mm-dd`.
    public let end: String
    /// Who owns delivery.
    public let manager: String

    /// Describes a project.
    public init(
        name: String, customerID: String, legalEntity: String, currency: String, contract: String, start: String,
        end: String, manager: String
    ) {
        self.name = name
        self.customerID = customerID
        self.legalEntity = legalEntity
        self.currency = currency
        self.contract = contract
        self.start = start
        self.end = end
        self.manager = manager
    }
}

/// A task of a project.
public struct TaskRecord: Sendable, Codable, Equatable {
    /// The sold line it comes from.
    public let line: Int
    /// The service sold.
    public let code: String
    /// What is to be done.
    public let name: String

    /// Describes a task.
    public init(line: Int, code: String, name: String) {
        self.line = line
        self.code = code
        self.name = name
    }
}

/// When what is billed.
public struct BillingScheduleRecord: Sendable, Codable, Equatable {
    /// One amount on one day.
    public struct Line: Sendable, Codable, Equatable {
        /// From 1.
        public let number: Int
        /// The day, `yyyy-mm-dd`.
        public let due: String
        /// Minor units of the schedule's currency.
        public let amountMinor: Int64
        /// What it is for.
        public let text: String

        /// Describes one amount.
        public init(number: Int, due: String, amountMinor: Int64, text: String) {
            self.number = number
            self.due = due
            self.amountMinor = amountMinor
            self.text = text
        }
    }

    /// The ERP's project.
    public let projectID: String
    /// The ERP's customer.
    public let customerID: String
    /// ISO 4217 code.
    public let currency: String
    /// The amounts, by day.
    public let lines: [Line]

    /// Describes a schedule.
    public init(projectID: String, customerID: String, currency: String, lines: [Line]) {
        self.projectID = projectID
        self.customerID = customerID
        self.currency = currency
        self.lines = lines
    }
}
