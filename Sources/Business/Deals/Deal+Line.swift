extension Deal {
    /// One sold service at its price.
    public struct Line: Sendable, Hashable {
        /// The line's number within its deal, unique there.
        public let number: Int
        /// The code of the sold service or package.
        public let service: String
        /// What was sold, in words.
        public let description: String
        /// The line's price in minor units.
        public let amountMinor: Int64
        /// How the price is billed.
        public let billing: Billing
        /// How much was sold.
        public let quantity: Quantity?
        /// The price of one unit, in minor units: for time and materials the rate of an hour.
        public let unitPriceMinor: Int64?
        /// Who delivers it; nil for the selling entity itself.
        public let delivery: Delivery?

        /// Describes a line.
        public init(
            number: Int, service: String, description: String, amountMinor: Int64, billing: Billing,
            quantity: Quantity? = nil, unitPriceMinor: Int64? = nil, delivery: Delivery? = nil
        ) {
            self.number = number
            self.service = service
            self.description = description
            self.amountMinor = amountMinor
            self.billing = billing
            self.quantity = quantity
            self.unitPriceMinor = unitPriceMinor
            self.delivery = delivery
        }
    }

    /// How much was sold, without a fraction that a machine could round.
    public struct Quantity: Sendable, Hashable, Codable {
        /// Thousandths of the unit: 1500 is one and a half.
        public let thousandths: Int64
        /// The unit, such as `hour`, `day` or `each`.
        public let unit: String

        /// Describes a quantity.
        public init(thousandths: Int64, unit: String) {
            self.thousandths = thousandths
            self.unit = unit
        }
    }

    /// Who delivers a line.
    public struct Delivery: Sendable, Hashable, Codable {
        /// In which relation to the company the deliverer stands.
        public enum Model: String, Sendable, Hashable, Codable, CaseIterable {
            /// The company itself, in the selling entity or another.
            case own
            /// A vendor works under the company's direction.
            case subcontractor
            /// A partner delivers by itself.
            case partner
        }

        /// In which relation.
        public let model: Model
        /// The company's legal entity that delivers; nil for the one that sells.
        public let entity: String?
        /// The subcontractor or partner.
        public let vendor: String?

        /// Describes who delivers.
        public init(model: Model, entity: String? = nil, vendor: String? = nil) {
            self.model = model
            self.entity = entity
            self.vendor = vendor
        }
    }

    /// How a line's price is billed.
    public enum Billing: Sendable, Hashable {
        /// A fixed price in equal monthly installments.
        case fixedFee(installments: Int)
        /// By the deal's milestones for this line.
        case milestone
        /// By the hours worked, at the rates of the card that is named, up to the line's price.
        case timeAndMaterials(rateCard: String)
        /// A fixed sum for each period, for work as it comes.
        case retainer(every: Frequency)
        /// A fixed sum for each period, for a product.
        case subscription(every: Frequency)
        /// A fixed sum for each period, for running a service.
        case managedService(every: Frequency)
    }

    /// How often a periodic sum is billed.
    public enum Frequency: String, Sendable, Hashable, Codable, CaseIterable {
        /// Each month.
        case monthly
        /// Each three months.
        case quarterly
        /// Each twelve months.
        case yearly

        /// How many months a period has.
        public var months: Int {
            switch self {
            case .monthly: 1
            case .quarterly: 3
            case .yearly: 12
            }
        }
    }
}

extension Deal.Billing {
    /// The models' names in the contract.
    public enum Model: String, Sendable, Hashable, Codable, CaseIterable {
        /// ``Deal/Billing/fixedFee(installments:)``.
        case fixedFee = "fixed_fee"
        /// ``Deal/Billing/milestone``.
        case milestone
        /// ``Deal/Billing/timeAndMaterials(rateCard:)``.
        case timeAndMaterials = "time_and_materials"
        /// ``Deal/Billing/retainer(every:)``.
        case retainer
        /// ``Deal/Billing/subscription(every:)``.
        case subscription
        /// ``Deal/Billing/managedService(every:)``.
        case managedService = "managed_service"
    }

    /// The model's name.
    public var model: Model {
        switch self {
        case .fixedFee: .fixedFee
        case .milestone: .milestone
        case .timeAndMaterials: .timeAndMaterials
        case .retainer: .retainer
        case .subscription: .subscription
        case .managedService: .managedService
        }
    }

    /// How often the sum of a periodic model is billed; nil for the others.
    public var frequency: Deal.Frequency? {
        switch self {
        case .retainer(let every), .subscription(let every), .managedService(let every): every
        case .fixedFee, .milestone, .timeAndMaterials: nil
        }
    }
}

extension Deal.Billing: Codable {
    private enum CodingKeys: String, CodingKey { case model, installments, rateCard, every }

    /// Reads the contract's form.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        switch try container.decode(Model.self, forKey: .model) {
        case .fixedFee: self = .fixedFee(installments: try container.decode(Int.self, forKey: .installments))
        case .milestone: self = .milestone
        case .timeAndMaterials:
            self = .timeAndMaterials(rateCard: try container.decode(String.self, forKey: .rateCard))
        case .retainer: self = .retainer(every: try container.decode(Deal.Frequency.self, forKey: .every))
        case .subscription: self = .subscription(every: try container.decode(Deal.Frequency.self, forKey: .every))
        case .managedService: self = .managedService(every: try container.decode(Deal.Frequency.self, forKey: .every))
        }
    }

    /// Writes the contract's form.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(model, forKey: .model)
        if case .fixedFee(let installments) = self { try container.encode(installments, forKey: .installments) }
        if case .timeAndMaterials(let rateCard) = self { try container.encode(rateCard, forKey: .rateCard) }
        try container.encodeIfPresent(frequency, forKey: .every)
    }
}
