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

    /// Who buys.
    public struct Customer: Sendable, Hashable, Codable {
        /// The registered name.
        public let name: String
        /// The tax registration, as the customer writes it.
        public let taxId: String?
        /// Where invoices and questions go.
        public let email: String?
        /// The country, ISO 3166-1, two letters.
        public let country: String

        /// Describes a customer.
        public init(name: String, taxId: String? = nil, email: String? = nil, country: String) {
            self.name = name
            self.taxId = taxId
            self.email = email
            self.country = country
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

    /// One sold service at its price.
    public struct Line: Sendable, Hashable, Codable {
        /// The line's number within its deal, unique there.
        public let number: Int
        /// The code of the sold service.
        public let service: String
        /// What was sold, in words.
        public let description: String
        /// The line's price in minor units.
        public let amountMinor: Int64
        /// How the price is billed.
        public let billing: Billing

        /// Describes a line.
        public init(number: Int, service: String, description: String, amountMinor: Int64, billing: Billing) {
            self.number = number
            self.service = service
            self.description = description
            self.amountMinor = amountMinor
            self.billing = billing
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

    /// How a line's price is billed.
    public enum Billing: Sendable, Hashable, Codable {
        /// A fixed price in equal monthly installments.
        case fixedFee(installments: Int)
        /// By the deal's milestones for this line.
        case milestone

        private enum CodingKeys: String, CodingKey { case model, installments }
        private enum Model: String, Codable {
            case fixedFee = "fixed_fee"
            case milestone
        }

        /// Reads the contract's form.
        public init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            switch try container.decode(Model.self, forKey: .model) {
            case .fixedFee: self = .fixedFee(installments: try container.decode(Int.self, forKey: .installments))
            case .milestone: self = .milestone
            }
        }

        /// Writes the contract's form.
        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            switch self {
            case .fixedFee(let installments):
                try container.encode(Model.fixedFee, forKey: .model)
                try container.encode(installments, forKey: .installments)
            case .milestone: try container.encode(Model.milestone, forKey: .model)
            }
        }
    }
}
