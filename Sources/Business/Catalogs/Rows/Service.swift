public import Deals
public import Workers

/// Something that the company sells; with components it is a package, which is carried out as these.
public struct Service: CatalogRow {
    /// ``CatalogTable/services``.
    public static let table = CatalogTable.services

    /// The code on a sold line.
    public let code: String
    /// What people call it.
    public let name: String
    /// The code under which the ERP bills it.
    public let billingCode: String
    /// The code under which its margin is tracked.
    public let marginCode: String
    /// The part of the company that delivers it.
    public let practice: String
    /// What the tax rules call this kind of service.
    public let taxCategory: String
    /// The code of the project template that carries it out; nil for one task of its own name.
    public let template: String?
    /// What a package is made of; empty for a service.
    public let components: [Component]
    /// Whether it may be sold.
    public let status: Lifecycle
    /// The code of the service that took a retired one's place.
    public let replacement: String?
    /// How it may be billed.
    public let billingModels: [Deal.Billing.Model]
    /// By whom it may be delivered.
    public let deliveryModels: [Deal.Delivery.Model]
    /// The team that answers for it.
    public let owner: IncidentClass.Owner
    /// The first day on which it holds.
    public let validFrom: CalendarDate
    /// The last day on which it holds.
    public let validTo: CalendarDate?

    /// A part of a package.
    public struct Component: Codable, Sendable, Hashable {
        /// The code of the service.
        public let service: String
        /// Its share of the package's price, in hundredths of a percent: 10000 is all of it.
        public let shareBasisPoints: Int
        /// How this part is billed; nil for the way in which the line was sold.
        public let billing: Deal.Billing?

        /// Describes a part.
        public init(service: String, shareBasisPoints: Int, billing: Deal.Billing? = nil) {
            self.service = service
            self.shareBasisPoints = shareBasisPoints
            self.billing = billing
        }
    }

    /// Describes a service.
    public init(
        code: String, name: String, billingCode: String, marginCode: String, practice: String, taxCategory: String,
        template: String? = nil, components: [Component] = [], status: Lifecycle = .active,
        replacement: String? = nil, billingModels: [Deal.Billing.Model] = Deal.Billing.Model.allCases,
        deliveryModels: [Deal.Delivery.Model] = Deal.Delivery.Model.allCases,
        owner: IncidentClass.Owner = .projectOperations, validFrom: CalendarDate, validTo: CalendarDate? = nil
    ) {
        self.code = code
        self.name = name
        self.billingCode = billingCode
        self.marginCode = marginCode
        self.practice = practice
        self.taxCategory = taxCategory
        self.template = template
        self.components = components
        self.status = status
        self.replacement = replacement
        self.billingModels = billingModels
        self.deliveryModels = deliveryModels
        self.owner = owner
        self.validFrom = validFrom
        self.validTo = validTo
    }

    /// The code.
    public var subject: String { code }
    /// Whether it is carried out as other services.
    public var isPackage: Bool { !components.isEmpty }
}

/// Whether something may be used for new deals.
public enum Lifecycle: String, Sendable, Codable, Hashable, CaseIterable {
    /// It may.
    case active
    /// It may no longer; what was made with it stays.
    case retired
}
