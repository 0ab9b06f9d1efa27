extension SourceDefaults {
    /// The record as it is read over REST: standard fields, lookups, and custom fields named `Baton_...__c`.
    static let salesforceRecord = SourceDefaults(
        fields: FieldMap(
            opportunity.merging(account("Account")) { $1 }.merging([
                .contract: "Baton_Contract__c | Contract.ContractNumber", .stage: "StageName", .total: "Amount",
                .priceList: "Pricebook2.Name", .contacts: "OpportunityContactRoles", .contactRole: "Role",
                .contactName: "Contact.Name", .contactEmail: "Contact.Email", .lines: "OpportunityLineItems",
                .service: "ProductCode | Product2.ProductCode", .lineDescription: "Description | Name",
                .amount: "TotalPrice", .quantity: "Quantity", .unitPrice: "UnitPrice",
                .milestones: "Baton_Milestones__r", .milestoneName: "Name", .resourceDemand: "Baton_ResourceDemand__r",
                .deliveryOwnerName: "Baton_DeliveryOwner__r.Name", .deliveryOwnerEmail: "Baton_DeliveryOwner__r.Email",
                .projectManagerName: "Baton_ProjectManager__r.Name",
                .projectManagerEmail: "Baton_ProjectManager__r.Email",
                .lineCurrency: "CurrencyIsoCode",
            ]) { $1 }, derived: salesforceField),
        words: words,
        containers: [
            Container(
                path: ["Account"], cure: "Read the opportunity with its account; one without has to get one in the CRM."
            ),
            Container(
                path: ["OpportunityLineItems"], isList: true, cure: "Read the opportunity with its line items."),
        ],
        lostWhen: [lost], identify: salesforceIdentity)

    /// Salesforce says of every stage whether it is an end, and which.
    private static let lost = LostSign(
        path: ["IsWon"], isTrue: false, and: [LostSign(path: ["IsClosed"], isTrue: true)])

    /// One flat record, as platform events and outbound messages have it: lists are JSON in a long text field, whose
    /// items have the attributes' own names.
    static let salesforceFlat = SourceDefaults(
        fields: FieldMap([
            .record: "Baton_Record__c | Id", .opportunity: "Baton_Opportunity__c | Baton_Record__c | Id",
            .stage: "Baton_Stage__c | StageName", .total: "Baton_Total__c | Amount",
            .currency: "Baton_Currency__c | CurrencyIsoCode", .customerID: "Baton_CustomerId__c | AccountId",
        ]) { $0.isOfItem ? $0.words.joined(separator: ".") : salesforceField($0) },
        words: words, lostWhen: [lost], identify: salesforceIdentity)

    private static let opportunity: [Attribute: String] = [
        .record: "Id", .opportunity: "Baton_Opportunity__c | Id", .currency: "CurrencyIsoCode",
    ]

    /// Fields of an account, read through the lookup of that name.
    static func account(_ lookup: String) -> [Attribute: String] {
        let fields: [Attribute: String] = [
            .customerID: "AccountNumber | Id", .customerName: "Name", .customerTaxID: "Baton_TaxId__c",
            .customerEmail: "Baton_InvoiceEmail__c",
            .customerCountry: "BillingCountryCode | BillingAddress.countryCode",
            .parentID: "Parent.AccountNumber | ParentId", .parentName: "Parent.Name",
            .parentTaxID: "Parent.Baton_TaxId__c", .parentCountry: "Parent.BillingCountryCode",
            .billToName: "Baton_BillToName__c", .billToStreet: "BillingStreet | BillingAddress.street",
            .billToCity: "BillingCity | BillingAddress.city",
            .billToPostalCode: "BillingPostalCode | BillingAddress.postalCode",
            .billToRegion: "BillingStateCode | BillingAddress.stateCode",
            .billToCountry: "BillingCountryCode | BillingAddress.countryCode",
            .shipToName: "Baton_ShipToName__c", .shipToStreet: "ShippingStreet | ShippingAddress.street",
            .shipToCity: "ShippingCity | ShippingAddress.city",
            .shipToPostalCode: "ShippingPostalCode | ShippingAddress.postalCode",
            .shipToRegion: "ShippingStateCode | ShippingAddress.stateCode",
            .shipToCountry: "ShippingCountryCode | ShippingAddress.countryCode",
            .taxRegistrations: "Baton_TaxRegistrations__r",
        ]
        return fields.mapValues { field in
            field.split(separator: "|").map { "\(lookup).\($0.trimmed)" }.joined(separator: " | ")
        }
    }

    /// `Baton_ContractPeriodStart__c`.
    @Sendable static func salesforceField(_ attribute: Attribute) -> String { "Baton_\(attribute.inCapitals)__c" }

    private static let words = [
        Attribute.contactRole.rawValue: ["Billing Contact": "billing", "Executive Sponsor": "sponsor"]
    ]

    /// Ids of opportunities and accounts have one form; a company's own number that only looks like an id is kept.
    @Sendable static func salesforceIdentity(_ text: String) -> String {
        guard text.hasPrefix("006") || text.hasPrefix("001") else { return text }
        return SalesforceID(text)?.description ?? text
    }
}
