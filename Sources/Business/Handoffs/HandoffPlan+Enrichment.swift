import Catalogs
import Connectors
import Deals

extension HandoffPlan {
    /// By what a plan was made: the same deal, catalog and answers give the same bytes.
    ///
    /// Plans are stored: what is added here later has to be optional.
    public struct Enrichment: Codable, Sendable, Equatable {
        /// Names what the plan was made from: deal, catalog and answers.
        public var planHash: String
        /// The version of the catalog.
        public var catalogVersion: String
        /// The day whose rules count: the contract's first.
        public var day: CalendarDate
        /// What is carried out, by sold line and part.
        public var components: [Component]
        /// The billing terms.
        public var terms: Terms
        /// How each kind of service is taxed, by the catalog and by the tax engine.
        public var taxes: [TaxTreatment]
        /// The approvals that the catalog asks for.
        public var approvals: [Approval]
        /// What others said when they were asked.
        public var lookUps: LookUps
        /// Which rows of the catalog gave which fields.
        public var sources: [FieldSource]
    }

    /// A service that is carried out, with its own billing and margin.
    public struct Component: Codable, Sendable, Equatable {
        /// The sold line's number.
        public let line: Int
        /// The service's code.
        public let service: String
        /// What people call it.
        public let name: String
        /// Under which code the ERP bills it.
        public let billingCode: String
        /// Under which code its margin is tracked.
        public let marginCode: String
        /// The part of the company that delivers it.
        public let practice: String
        /// As what it is taxed.
        public let taxCategory: String
        /// The template that carries it out; nil where it is one task.
        public let template: TemplateUsed?
        /// How it is billed.
        public let billing: Deal.Billing
        /// The row of the rate card, where hours are billed.
        public let rateCard: String?
        /// Its price in minor units.
        public let amountMinor: Int64
        /// Under which financial dimensions it is booked.
        public let dimensions: [String: String]
    }

    /// When invoices are due.
    public struct Terms: Codable, Sendable, Equatable {
        /// The code.
        public let code: String
        /// The days from invoice to payment.
        public let days: Int
        /// Whether the days count from the end of the invoice's month.
        public let endOfMonth: Bool
    }

    /// How one kind of service is taxed.
    public struct TaxTreatment: Codable, Sendable, Equatable {
        /// The kind of service.
        public let category: String
        /// The treatment by the catalog.
        public let treatment: String
        /// What the tax engine said; nil where nobody was asked.
        public let determined: TaxAnswer?
    }

    /// An approval that the catalog asks for.
    public struct Approval: Codable, Sendable, Equatable {
        /// What is approved.
        public let gate: String
        /// Who may approve.
        public let role: String
        /// Above which amount, in minor units of the deal's currency.
        public let aboveMinor: Int64
    }
}
