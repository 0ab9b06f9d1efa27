import Deals
import Workers

extension LegalEntity: WrittenRow {
    static let what = "an entity"
    static let keys = [
        "code", "name", "country", "currencies", "taxRegistrations", "numbering", "costCentres", "combinations",
        "invoiceDelivery", "partPeriods",
    ]

    init(_ row: YAMLRow) {
        let registrations = row.rows(
            "taxRegistrations", "a tax registration", allowing: ["country", "number"], isOptional: true)
        self.init(
            code: row.code("code"), name: row.text("name"), country: row.country("country"),
            currencies: row.currencies("currencies"),
            taxRegistrations: registrations.map {
                Deal.TaxRegistration(country: $0.country("country"), number: $0.text("number"))
            },
            numbering: row.text("numbering"), costCentres: row.codes("costCentres"),
            combinations: row.namedList("combinations"),
            invoiceDelivery: row.choices("invoiceDelivery", or: Deal.BillingTerms.InvoiceDelivery.allCases),
            partPeriods: row.has("partPeriods") ? row.choice("partPeriods") : nil, owner: row.choice("owner"),
            validFrom: row.date("validFrom"), validTo: row.optionalDate("validTo"))
        if !numbering.isEmpty, NumberingPattern(numbering) == nil {
            row.report(
                "`numbering` is \"\(numbering)\"; it has {seq:DIGITS} once, {year} if wanted, and nothing else in braces",
                at: "numbering")
        }
        var countries: Set<String> = []
        for (registration, written) in zip(taxRegistrations, registrations)
        where !countries.insert(registration.country).inserted {
            written.report("the country \(registration.country) is said twice in this entity", at: "country")
        }
        if Set(currencies).count != currencies.count { row.report("a currency is said twice", at: "currencies") }
    }
}

extension EntityRule: WrittenRow {
    static let what = "an entity rule"
    static let keys = ["party", "region", "entity"]

    init(_ row: YAMLRow) {
        self.init(
            party: row.text("party"), region: row.text("region"), entity: row.code("entity"),
            owner: row.choice("owner"), validFrom: row.date("validFrom"), validTo: row.optionalDate("validTo"))
    }
}

extension DimensionRule: WrittenRow {
    static let what = "a dimension rule"
    static let keys = ["entity", "practice", "dimensions"]

    init(_ row: YAMLRow) {
        self.init(
            entity: row.code("entity"), practice: row.code("practice"), dimensions: row.named("dimensions"),
            owner: row.choice("owner"), validFrom: row.date("validFrom"), validTo: row.optionalDate("validTo"))
        if !dimensions.isEmpty, dimensions["costCentre"] == nil {
            row.report("`dimensions` lacks `costCentre`", at: "dimensions")
        }
    }
}

extension TaxRule: WrittenRow {
    static let what = "a tax rule"
    static let keys = ["seller", "country", "region", "category", "treatment", "requiresRegistration"]

    init(_ row: YAMLRow) {
        self.init(
            seller: row.code("seller"), country: row.country("country", allowing: TaxRule.anyCountry),
            region: row.optionalText("region"), category: row.code("category"), treatment: row.code("treatment"),
            requiresRegistration: row.bool("requiresRegistration", or: false), owner: row.choice("owner"),
            validFrom: row.date("validFrom"), validTo: row.optionalDate("validTo"))
        if country == TaxRule.anyCountry, region != nil {
            row.report("a rule for every country has no region", at: "region")
        }
    }
}

extension BillingTerm: WrittenRow {
    static let what = "a billing term"
    static let keys = ["code", "name", "days", "endOfMonth"]

    init(_ row: YAMLRow) {
        self.init(
            code: row.code("code"), name: row.text("name"), days: row.integer("days", in: 0...365),
            endOfMonth: row.bool("endOfMonth", or: false), owner: row.choice("owner"),
            validFrom: row.date("validFrom"), validTo: row.optionalDate("validTo"))
    }
}

extension MatchRules: WrittenRow {
    static let what = "a match rule"
    static let keys = [
        "entity", "taxIDEqual", "nameSimilarity", "sameCountry", "ignoredWords", "nameDecides", "otherEntity",
    ]

    init(_ row: YAMLRow) {
        self.init(
            entity: row.code("entity", allowing: ["*"]), taxIDEqual: row.bool("taxIDEqual"),
            nameSimilarity: row.integer("nameSimilarity", in: 0...100), sameCountry: row.bool("sameCountry"),
            ignoredWords: row.has("ignoredWords") ? row.texts("ignoredWords") : [],
            nameDecides: row.has("nameDecides") ? row.choice("nameDecides") : nil,
            otherEntity: row.has("otherEntity") ? row.choice("otherEntity") : .exception, owner: row.choice("owner"),
            validFrom: row.date("validFrom"), validTo: row.optionalDate("validTo"))
    }
}

extension ApprovalRule: WrittenRow {
    static let what = "an approval"
    static let keys = ["gate", "entity", "currency", "aboveMinor", "role"]

    init(_ row: YAMLRow) {
        self.init(
            gate: row.code("gate"), entity: row.code("entity", allowing: [ApprovalRule.anyEntity]),
            currency: row.currency("currency"), aboveMinor: row.integer("aboveMinor", in: 0...Int64.max),
            role: row.code("role"), owner: row.choice("owner"), validFrom: row.date("validFrom"),
            validTo: row.optionalDate("validTo"))
    }
}
