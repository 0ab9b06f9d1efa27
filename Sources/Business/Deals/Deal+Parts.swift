extension Deal {
    /// Who approved the commercial terms, and when.
    public struct Approval: Sendable, Hashable, Codable {
        /// `approved`, or in the source's words what it still is.
        public let status: String?
        /// Who approved.
        public let approver: String?
        /// When it was approved.
        public let approvedAt: Timestamp?

        /// Describes an approval as far as it goes.
        public init(status: String? = nil, approver: String? = nil, approvedAt: Timestamp? = nil) {
            self.status = status
            self.approver = approver
            self.approvedAt = approvedAt
        }
    }

    /// Somebody in the company.
    public struct Person: Sendable, Hashable, Codable {
        /// How they are called.
        public let name: String
        /// How they are reached.
        public let email: String

        /// Names somebody.
        public init(name: String, email: String) {
            self.name = name
            self.email = email
        }
    }

    /// The days from `start` to `end`, both included.
    public struct Period: Sendable, Hashable, Codable {
        /// The first day.
        public let start: CalendarDate
        /// The last day.
        public let end: CalendarDate

        /// Describes a period, which may be reversed until it was checked.
        public init(start: CalendarDate, end: CalendarDate) {
            self.start = start
            self.end = end
        }
    }

    /// A part of a milestone line's price that is billed on one day.
    public struct Milestone: Sendable, Hashable, Codable {
        /// The number of the milestone line.
        public let line: Int
        /// What is reached.
        public let name: String
        /// When it is billed.
        public let due: CalendarDate
        /// How much is billed, in minor units.
        public let amountMinor: Int64

        /// Describes a milestone.
        public init(line: Int, name: String, due: CalendarDate, amountMinor: Int64) {
            self.line = line
            self.name = name
            self.due = due
            self.amountMinor = amountMinor
        }
    }
}
