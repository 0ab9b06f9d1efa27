extension SourceDefaults {
    /// Properties of deal, company, line items and contacts as they are fetched, and custom ones named `baton_...`.
    static let hubSpot = SourceDefaults(
        fields: FieldMap(
            company.merging([
                .record: "deal.id", .opportunity: "deal.properties.baton_opportunity | deal.id",
                .stage: "deal.properties.dealstage", .total: "deal.properties.amount",
                .currency: "deal.properties.deal_currency_code", .contacts: "contacts",
                .contactName: "properties.firstname + properties.lastname", .contactEmail: "properties.email",
                .contactRole: "properties.baton_role", .lines: "lineItems", .service: "properties.hs_sku",
                .lineDescription: "properties.description | properties.name", .amount: "properties.amount",
                .quantity: "properties.quantity", .unitPrice: "properties.price",
                .frequency: "properties.recurringbillingfrequency", .term: "properties.hs_recurring_billing_period",
                .lineStart: "properties.hs_recurring_billing_start_date",
                .lineEnd: "properties.hs_recurring_billing_end_date",
                .lineCurrency: "properties.hs_line_item_currency_code",
            ]) { $1 }, derived: property),
        words: [Attribute.stage.rawValue: ["closedwon": "Closed Won", "closedlost": "Closed Lost"]],
        containers: [
            Container(path: ["deal", "properties"], cure: "Fetch the deal with its properties."),
            Container(
                path: ["company"],
                cure: "Fetch the deal's company and send it as company; a deal without one needs one in the CRM."),
            Container(path: ["company", "properties"], cure: "Fetch the company with its properties."),
            Container(
                path: ["lineItems"], isList: true, cure: "Fetch the deal's line items and send them as lineItems."),
        ],
        lostWhen: [
            LostSign(path: ["deal", "properties", "hs_is_closed_lost"], isTrue: true),
            LostSign(
                path: ["deal", "properties", "hs_is_closed_won"], isTrue: false,
                and: [LostSign(path: ["deal", "properties", "hs_is_closed"], isTrue: true)]),
        ])

    private static let company: [Attribute: String] = {
        let company = "company.properties"
        let country = "\(company).hs_country_code | \(company).country"
        let parent = "parentCompany.properties"
        return [
            .customerID: "\(company).baton_account_number | company.id", .customerName: "\(company).name",
            .customerTaxID: "\(company).baton_tax_id", .customerEmail: "\(company).baton_invoice_email",
            .customerCountry: country, .parentID: "\(parent).baton_account_number | parentCompany.id",
            .parentName: "\(parent).name", .parentTaxID: "\(parent).baton_tax_id",
            .parentCountry: "\(parent).hs_country_code | \(parent).country",
            .billToName: "\(company).baton_bill_to_name", .billToStreet: "\(company).address",
            .billToCity: "\(company).city", .billToPostalCode: "\(company).zip", .billToRegion: "\(company).state",
            .billToCountry: country, .shipToName: "\(company).baton_ship_to_name",
            .shipToStreet: "\(company).baton_ship_to_street", .shipToCity: "\(company).baton_ship_to_city",
            .shipToPostalCode: "\(company).baton_ship_to_postal_code",
            .shipToRegion: "\(company).baton_ship_to_region", .shipToCountry: "\(company).baton_ship_to_country",
            .taxRegistrations: "\(company).baton_tax_registrations",
        ]
    }()

    /// `deal.properties.baton_contract_period_start`. Of a line item it is its own property; the items of the other lists
    /// stand as JSON in a property of the deal or the company, with the attributes' own names.
    @Sendable private static func property(_ attribute: Attribute) -> String {
        guard attribute.isOfItem else { return "deal.properties.baton_\(attribute.inSnakeCase)" }
        return attribute.rawValue.hasPrefix("lines")
            ? "properties.baton_\(attribute.inSnakeCase)" : attribute.words.joined(separator: ".")
    }
}
