/// What a mapping looks for in a source's data, by the names that settings use; `[]` stands for each item of a list.
enum Attribute: String, Sendable, CaseIterable {
    case record
    case opportunity
    case contract
    case version
    case baseVersion
    case stage
    case approvalStatus = "approval.status"
    case approver = "approval.approver"
    case approvedAt = "approval.approvedAt"
    case deliveryOwnerName = "deliveryOwner.name"
    case deliveryOwnerEmail = "deliveryOwner.email"
    case projectManagerName = "projectManager.name"
    case projectManagerEmail = "projectManager.email"
    case legalEntity
    case contractParty
    case deliveryRegion
    case contractType
    case sowHash
    case currency
    case start = "contractPeriod.start"
    case end = "contractPeriod.end"
    case total
    /// What is in the total beside the lines, or taken off it as a whole.
    case freight
    case tax
    case discountOnWhole
    case priceList = "pricing.priceList"
    case discount = "pricing.discount"
    case paymentTermsDays
    case terms = "billingTerms.terms"
    case invoiceDelivery = "billingTerms.invoiceDelivery"
    case purchaseOrder = "billingTerms.purchaseOrder"

    case customerID = "customer.id"
    case customerName = "customer.name"
    case customerTaxID = "customer.taxId"
    case customerEmail = "customer.email"
    case customerCountry = "customer.country"
    case parentID = "customer.parent.id"
    case parentName = "customer.parent.name"
    case parentTaxID = "customer.parent.taxId"
    case parentCountry = "customer.parent.country"
    case billToName = "customer.billTo.name"
    case billToStreet = "customer.billTo.street"
    case billToCity = "customer.billTo.city"
    case billToPostalCode = "customer.billTo.postalCode"
    case billToRegion = "customer.billTo.region"
    case billToCountry = "customer.billTo.country"
    case shipToName = "customer.shipTo.name"
    case shipToStreet = "customer.shipTo.street"
    case shipToCity = "customer.shipTo.city"
    case shipToPostalCode = "customer.shipTo.postalCode"
    case shipToRegion = "customer.shipTo.region"
    case shipToCountry = "customer.shipTo.country"

    case contacts
    case contactRole = "contacts[].role"
    case contactName = "contacts[].name"
    case contactEmail = "contacts[].email"
    case taxRegistrations
    case registrationCountry = "taxRegistrations[].country"
    case registrationNumber = "taxRegistrations[].number"

    case lines
    case lineNumber = "lines[].number"
    case service = "lines[].service"
    case lineDescription = "lines[].description"
    case amount = "lines[].amount"
    /// What the amount of a line is the price of.
    case lineCurrency = "lines[].currency"
    case lineTax = "lines[].tax"
    case lineStart = "lines[].start"
    case lineEnd = "lines[].end"
    case frequency = "lines[].frequency"
    case term = "lines[].term"
    case charge = "lines[].charge"
    case billingModel = "lines[].model"
    case installments = "lines[].installments"
    case rateCard = "lines[].rateCard"
    case every = "lines[].every"
    case quantity = "lines[].quantity"
    case unit = "lines[].unit"
    case unitPrice = "lines[].unitPrice"
    case deliveryModel = "lines[].deliveryModel"
    case deliveryEntity = "lines[].deliveryEntity"
    case vendor = "lines[].vendor"

    case milestones
    case milestoneLine = "milestones[].line"
    case milestoneName = "milestones[].name"
    case milestoneDue = "milestones[].due"
    case milestoneAmount = "milestones[].amount"

    case resourceDemand
    case demandRole = "resourceDemand[].role"
    case demandSkill = "resourceDemand[].skill"
    case demandLocation = "resourceDemand[].location"
    case demandStart = "resourceDemand[].start"
    case demandHours = "resourceDemand[].hours"

    /// Whether it is read out of each item of a list.
    var isOfItem: Bool { rawValue.contains("[]") }

    /// Whether it is a sum of money that a seller agreed on.
    var isPrice: Bool {
        switch self {
        case .total, .amount, .unitPrice, .milestoneAmount: true
        default: false
        }
    }

    /// The name's words, of an item without its list: `customer`, `billTo`, `street`.
    var words: [String] {
        let name = isOfItem ? rawValue.split(separator: ".").dropFirst() : rawValue.split(separator: ".")[...]
        return name.map(String.init)
    }

    /// `CustomerBillToStreet`.
    var inCapitals: String { words.map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined() }
    /// `customer_bill_to_street`.
    var inSnakeCase: String {
        inCapitals.reduce(into: "") { text, letter in
            text += (letter.isUppercase && !text.isEmpty ? "_" : "") + letter.lowercased()
        }
    }
}
