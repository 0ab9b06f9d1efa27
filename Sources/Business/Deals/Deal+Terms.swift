extension Deal {
    /// How the price came about.
    public struct Pricing: Sendable, Hashable, Codable {
        /// The price list from which it was quoted.
        public let priceList: String?
        /// What was taken off the list prices, in minor units.
        public let discountMinor: Int64

        /// Describes a pricing.
        public init(priceList: String? = nil, discountMinor: Int64 = 0) {
            self.priceList = priceList
            self.discountMinor = discountMinor
        }
    }

    /// How a deal is invoiced.
    public struct BillingTerms: Sendable, Hashable, Codable {
        /// How an invoice reaches the customer.
        public enum InvoiceDelivery: String, Sendable, Hashable, Codable, CaseIterable {
            /// To the billing contact's address.
            case email
            /// Through the customer's portal.
            case portal
            /// On paper to the bill-to address.
            case post
        }

        /// The code of the payment terms, as the catalog lists them.
        public let terms: String
        /// How an invoice reaches the customer.
        public let invoiceDelivery: InvoiceDelivery
        /// The customer's own order number.
        public let purchaseOrder: String?

        /// Describes terms.
        public init(terms: String, invoiceDelivery: InvoiceDelivery, purchaseOrder: String? = nil) {
            self.terms = terms
            self.invoiceDelivery = invoiceDelivery
            self.purchaseOrder = purchaseOrder
        }
    }

    /// Whom delivery needs.
    public struct ResourceDemand: Sendable, Hashable, Codable {
        /// The role, unique within the deal with skill, location and start.
        public let role: String
        /// The skill.
        public let skill: String
        /// Where the work is done.
        public let location: String
        /// The first day.
        public let start: CalendarDate
        /// How many hours of work, if known.
        public let hours: Int?

        /// Describes a demand.
        public init(role: String, skill: String, location: String, start: CalendarDate, hours: Int? = nil) {
            self.role = role
            self.skill = skill
            self.location = location
            self.start = start
            self.hours = hours
        }
    }
}
