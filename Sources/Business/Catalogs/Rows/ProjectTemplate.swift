public import Deals
public import Workers

/// Of which phases and tasks a project is made.
public struct ProjectTemplate: CatalogRow {
    /// ``CatalogTable/templates``.
    public static let table = CatalogTable.templates

    /// The code that services name.
    public let code: String
    /// Which state of the template this is, from 1.
    public let version: Int
    /// What people call it.
    public let name: String
    /// Whether it may be used for new deals.
    public let status: Lifecycle
    /// The code of the template that took a retired one's place.
    public let replacement: String?
    /// The phases in order.
    public let phases: [Phase]
    /// The team that answers for it.
    public let owner: IncidentClass.Owner
    /// The first day on which it holds.
    public let validFrom: CalendarDate
    /// The last day on which it holds.
    public let validTo: CalendarDate?

    /// A part of a project, with the tasks under it.
    public struct Phase: Codable, Sendable, Hashable {
        /// The code, unique in the template.
        public let code: String
        /// What people call it.
        public let name: String
        /// How many months after the contract's first day it begins.
        public let startsAfterMonths: Int
        /// The tasks in order.
        public let tasks: [Task]

        /// Describes a phase.
        public init(code: String, name: String, startsAfterMonths: Int = 0, tasks: [Task]) {
            self.code = code
            self.name = name
            self.startsAfterMonths = startsAfterMonths
            self.tasks = tasks
        }
    }

    /// A piece of work.
    public struct Task: Codable, Sendable, Hashable {
        /// The code, unique in the template.
        public let code: String
        /// What people call it.
        public let name: String
        /// Who does it, as the rate cards name roles; nil for anybody.
        public let role: String?
        /// Whether its hours are billed.
        public let billable: Bool

        /// Describes a task.
        public init(code: String, name: String, role: String? = nil, billable: Bool) {
            self.code = code
            self.name = name
            self.role = role
            self.billable = billable
        }
    }

    /// Describes a template.
    public init(
        code: String, version: Int, name: String, status: Lifecycle = .active, replacement: String? = nil,
        phases: [Phase], owner: IncidentClass.Owner = .projectOperations, validFrom: CalendarDate,
        validTo: CalendarDate? = nil
    ) {
        self.code = code
        self.version = version
        self.name = name
        self.status = status
        self.replacement = replacement
        self.phases = phases
        self.owner = owner
        self.validFrom = validFrom
        self.validTo = validTo
    }

    /// The code.
    public var subject: String { code }
}
