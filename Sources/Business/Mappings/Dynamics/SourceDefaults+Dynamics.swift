extension SourceDefaults {
    /// Columns of the opportunity, of what `$expand` brings along, and custom ones named `new_...`.
    static let dynamics = SourceDefaults(
        fields: FieldMap(
            account.merging([
                .record: "opportunityid", .opportunity: "new_opportunity | opportunityid", .stage: "statecode",
                .total: "totalamount", .discount: "totaldiscountamount",
                .priceList: "pricelevelid.name | pricelevelid.Name",
                .currency: "transactioncurrencyid.isocurrencycode | new_currency", .contacts: "new_contacts",
                .contactName: "fullname", .contactEmail: "emailaddress1", .lines: "product_opportunities",
                .lineNumber: "lineitemnumber", .service: "productid.productnumber | new_service",
                .lineDescription: "description | productname", .amount: "extendedamount", .quantity: "quantity",
                .unit: "new_unit | uomid.name", .unitPrice: "priceperunit", .freight: "freightamount", .tax: "totaltax",
                .discountOnWhole: "discountamount | discountpercentage", .lineTax: "tax",
                .lineCurrency: "transactioncurrencyid.isocurrencycode",
            ]) { $1 }
        ) { "new_\($0.inCapitals.lowercased())" },
        words: words,
        containers: [
            Container(path: ["customerid_account"], cure: readWhole),
            Container(path: ["product_opportunities"], isList: true, cure: readWhole),
        ], identify: guid)

    private static let readWhole = "Read the row with its account and lines, and send it as record."

    private static let account: [Attribute: String] = {
        let account = "customerid_account"
        return [
            .customerID: "\(account).accountnumber | _customerid_value | customerid.Id",
            .customerName: "\(account).name | customerid.Name", .customerTaxID: "\(account).new_taxid",
            .customerEmail: "\(account).emailaddress1",
            .customerCountry: "\(account).new_countrycode | \(account).address1_country | new_customercountry",
            .parentID: "\(account).parentaccountid.accountnumber | \(account)._parentaccountid_value",
            .parentName: "\(account).parentaccountid.name", .parentTaxID: "\(account).parentaccountid.new_taxid",
            .parentCountry:
                "\(account).parentaccountid.new_countrycode | \(account).parentaccountid.address1_country",
            .billToName: "\(account).address1_name", .billToStreet: "\(account).address1_line1",
            .billToCity: "\(account).address1_city", .billToPostalCode: "\(account).address1_postalcode",
            .billToRegion: "\(account).address1_stateorprovince",
            .billToCountry: "\(account).new_countrycode | \(account).address1_country",
            .shipToName: "\(account).address2_name", .shipToStreet: "\(account).address2_line1",
            .shipToCity: "\(account).address2_city", .shipToPostalCode: "\(account).address2_postalcode",
            .shipToRegion: "\(account).address2_stateorprovince",
            .shipToCountry: "\(account).new_shipcountrycode | \(account).address2_country",
            .taxRegistrations: "\(account).new_taxregistrations",
        ]
    }()

    /// Option sets are numbers: `statecode` is Microsoft's, those of custom columns count from 100000000, the first number
    /// of the default publisher, in the order of the contract's words.
    private static let words: [String: [String: String]] = [
        Attribute.stage.rawValue: ["0": "Open", "1": "Closed Won", "2": "Closed Lost"],
        Attribute.approvalStatus.rawValue: options("pending", "approved", "rejected"),
        Attribute.billingModel.rawValue: options(
            "fixed_fee", "milestone", "time_and_materials", "retainer", "subscription", "managed_service"),
        Attribute.every.rawValue: options("monthly", "quarterly", "yearly"),
        Attribute.invoiceDelivery.rawValue: options("email", "portal", "post"),
        Attribute.contactRole.rawValue: options("billing", "sponsor", "delivery"),
        Attribute.deliveryModel.rawValue: options("own", "subcontractor", "partner"),
    ]

    private static func options(_ words: String...) -> [String: String] {
        Dictionary(uniqueKeysWithValues: words.enumerated().map { (String(100_000_000 + $0), $1) })
    }

    /// A GUID without braces in small letters; anything else as it is.
    @Sendable private static func guid(_ text: String) -> String {
        let bare = text.hasPrefix("{") && text.hasSuffix("}") ? String(text.dropFirst().dropLast()) : text
        let isGUID =
            bare.split(separator: "-", omittingEmptySubsequences: false).map(\.count) == [8, 4, 4, 4, 12]
            && bare.utf8.allSatisfy { $0 == UInt8(ascii: "-") || Character(Unicode.Scalar($0)).isHexDigit }
        return isGUID ? bare.lowercased() : text
    }
}
