extension SourceDefaults {
    /// Fields of the managed package, of the account behind the quote, and custom ones named `Baton_...__c`.
    static let cpq = SourceDefaults(
        fields: FieldMap(
            account("SBQQ__Account__r").merging([
                .record: "Id",
                .opportunity:
                    "Baton_Opportunity__c | SBQQ__Opportunity2__r.Baton_Opportunity__c | SBQQ__Opportunity2__c",
                .stage: "SBQQ__Status__c", .total: "SBQQ__NetAmount__c", .currency: "CurrencyIsoCode",
                .start: "SBQQ__StartDate__c", .end: "SBQQ__EndDate__c", .terms: "SBQQ__PaymentTerms__c",
                .priceList: "SBQQ__PriceBook__r.Name", .lines: "SBQQ__LineItems__r", .lineNumber: "SBQQ__Number__c",
                .service: "SBQQ__ProductCode__c", .lineDescription: "SBQQ__Description__c | SBQQ__ProductName__c",
                .amount: "SBQQ__NetTotal__c", .quantity: "SBQQ__Quantity__c", .unitPrice: "SBQQ__NetPrice__c",
                .every: "SBQQ__BillingFrequency__c", .charge: "SBQQ__ChargeType__c",
                .lineStart: "SBQQ__StartDate__c | SBQQ__EffectiveStartDate__c",
                .lineEnd: "SBQQ__EndDate__c | SBQQ__EffectiveEndDate__c", .lineCurrency: "CurrencyIsoCode",
                .contacts: "Baton_Contacts__r", .contactName: "Name",
                .contactEmail: "Email", .milestones: "Baton_Milestones__r", .milestoneName: "Name",
                .resourceDemand: "Baton_ResourceDemand__r",
                .deliveryOwnerName: "Baton_DeliveryOwner__r.Name", .deliveryOwnerEmail: "Baton_DeliveryOwner__r.Email",
                .projectManagerName: "Baton_ProjectManager__r.Name",
                .projectManagerEmail: "Baton_ProjectManager__r.Email",
            ]) { $1 }, derived: salesforceField),
        words: [Attribute.every.rawValue: ["Annual": "yearly"]],
        containers: [
            Container(path: ["SBQQ__Account__r"], cure: "Read the quote with the fields of its account."),
            Container(path: ["SBQQ__LineItems__r"], isList: true, cure: "Read the quote with its lines."),
        ], identify: salesforceIdentity)
}
