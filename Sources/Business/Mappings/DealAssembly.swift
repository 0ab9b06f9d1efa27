import Deals

/// Puts the `data` of `deal.updated.v2` together from a source's record.
///
/// Lists are put in order, since sources give them in any: the same sale has to be the same bytes.
struct DealAssembly {
    let rules: SourceRules
    let record: SourceRecord
    let policy: SourcePolicy
    var reader: SourceReader

    /// The deal as far as it can be read; it stands only if the reader found nothing wrong.
    mutating func deal(stage: String?, lines given: [SourceRecord]?) -> JSON {
        let currency = reader.currency(in: record)
        let records = given ?? reader.records(.lines, in: record)
        checkWhole()
        for attribute in DealAssembly.expected where reader.find(attribute, in: record) == nil {
            reader.missing(attribute, in: record)
        }
        return [
            "opportunity": required(.opportunity, identity(.opportunity)),
            "contract": required(.contract, text(.contract)), "version": required(.version, integer(.version)),
            "baseVersion": integer(.baseVersion), "stage": stage.map(JSON.string), "link": link(),
            "approval": approval(), "deliveryOwner": person(.deliveryOwnerName, .deliveryOwnerEmail),
            "projectManager": person(.projectManagerName, .projectManagerEmail), "legalEntity": text(.legalEntity),
            "contractParty": text(.contractParty), "deliveryRegion": text(.deliveryRegion),
            "contractType": text(.contractType), "sowHash": text(.sowHash).map(lowercased),
            "currency": currency.map { .string($0.code) }, "customer": customer(),
            "contractPeriod": ["start": required(.start, day(.start)), "end": required(.end, day(.end))],
            "totalMinor": currency.flatMap { required(.total, minor(.total, $0)) }, "pricing": pricing(currency),
            "lines": lines(records, currency), "milestones": milestones(currency),
            "paymentTermsDays": integer(.paymentTermsDays), "billingTerms": billingTerms(),
            "resourceDemand": resourceDemand(),
        ]
    }

    /// What is needed and read as a part of a group, or as it is.
    private static let expected: [Attribute] = [
        .approvalStatus, .approver, .approvedAt, .deliveryOwnerName, .deliveryOwnerEmail, .projectManagerName,
        .projectManagerEmail, .contractParty, .deliveryRegion, .contractType, .sowHash,
    ]

    // MARK: - Single values

    /// Notes the attribute as missing unless it has a value or is there and wrong, which is reported already.
    mutating func required<Value>(_ attribute: Attribute, _ value: Value?, in item: SourceRecord? = nil) -> Value? {
        if value == nil, reader.find(attribute, in: item ?? record) == nil {
            reader.missing(attribute, in: item ?? record)
        }
        return value
    }

    mutating func text(_ attribute: Attribute, in item: SourceRecord? = nil, lineEnd: String = " ") -> JSON? {
        reader.text(attribute, in: item ?? record, lineEnd: lineEnd).map(JSON.string)
    }

    mutating func integer(_ attribute: Attribute, in item: SourceRecord? = nil) -> JSON? {
        reader.integer(attribute, in: item ?? record).map(JSON.integer)
    }

    mutating func minor(_ attribute: Attribute, _ currency: Currency, in item: SourceRecord? = nil) -> JSON? {
        reader.minor(attribute, currency, in: item ?? record).map(JSON.integer)
    }

    mutating func day(_ attribute: Attribute, in item: SourceRecord? = nil) -> JSON? {
        reader.day(attribute, in: item ?? record).map { .string($0.description) }
    }

    /// An id in its one form.
    private mutating func identity(_ attribute: Attribute) -> JSON? {
        reader.text(attribute, in: record).map { .string(rules.identify($0)) }
    }

    private mutating func link() -> JSON? {
        guard let link = rules.link, let id = reader.text(.record, in: record) else { return nil }
        return .string(link.replacing("{id}", with: rules.identify(id)))
    }

    private func lowercased(_ json: JSON) -> JSON {
        if case .string(let text) = json { .string(text.lowercased()) } else { json }
    }

    // MARK: - Groups

    private mutating func approval() -> JSON? {
        // Only this word counts, however a source writes it; whatever else it says is said in its own words.
        let status = reader.text(.approvalStatus, in: record).map {
            $0.lowercased() == "approved" ? "approved" : $0
        }
        return group([
            ("status", status.map(JSON.string)), ("approver", text(.approver)),
            ("approvedAt", reader.moment(.approvedAt, in: record).map { .string($0.description) }),
        ])
    }

    private mutating func person(_ name: Attribute, _ email: Attribute) -> JSON? {
        let parts = [("name", text(name)), ("email", text(email))]
        guard parts.contains(where: { $0.1 != nil }) else { return nil }
        return group(parts)
    }

    private mutating func pricing(_ currency: Currency?) -> JSON? {
        let priceList = text(.priceList)
        let discount = currency.flatMap { minor(.discount, $0) }
        guard priceList != nil || discount != nil else { return nil }
        return ["priceList": priceList, "discountMinor": discount ?? .integer(0)]
    }

    private mutating func billingTerms() -> JSON? {
        let terms = text(.terms)
        let delivery = reader.word(
            .invoiceDelivery, of: Deal.BillingTerms.InvoiceDelivery.allCases.map(\.rawValue), in: record)
        let order = text(.purchaseOrder)
        guard terms != nil || delivery != nil || order != nil else { return nil }
        return [
            "terms": required(.terms, terms), "invoiceDelivery": required(.invoiceDelivery, delivery.map(JSON.string)),
            "purchaseOrder": order,
        ]
    }

    private mutating func customer() -> JSON {
        [
            "id": identity(.customerID), "name": required(.customerName, text(.customerName)),
            "taxId": text(.customerTaxID), "email": text(.customerEmail),
            "country": required(.customerCountry, country(.customerCountry)), "parent": parent(),
            "billTo": address(
                .billToName, .billToStreet, .billToCity, .billToPostalCode, .billToRegion, .billToCountry),
            "shipTo": address(
                .shipToName, .shipToStreet, .shipToCity, .shipToPostalCode, .shipToRegion, .shipToCountry),
            "contacts": contacts(), "taxRegistrations": registrations(),
        ]
    }

    private mutating func country(_ attribute: Attribute, in item: SourceRecord? = nil) -> JSON? {
        reader.country(attribute, in: item ?? record).map(JSON.string)
    }

    private mutating func parent() -> JSON? {
        guard reader.find(.parentName, in: record) ?? reader.find(.parentID, in: record) != nil else { return nil }
        return [
            "id": identity(.parentID), "name": required(.parentName, text(.parentName)), "taxId": text(.parentTaxID),
            "country": required(.parentCountry, country(.parentCountry)),
        ]
    }

    private mutating func address(
        _ name: Attribute, _ street: Attribute, _ city: Attribute, _ postalCode: Attribute, _ region: Attribute,
        _ land: Attribute
    ) -> JSON? {
        // A country alone is where the customer is and no address.
        guard [street, city, postalCode].contains(where: { reader.find($0, in: record) != nil }) else { return nil }
        return [
            "name": text(name), "street": required(street, text(street, lineEnd: ", ")),
            "city": required(city, text(city)), "postalCode": text(postalCode), "region": text(region),
            "country": required(land, country(land)),
        ]
    }

    private mutating func contacts() -> JSON? {
        let roles = Deal.Contact.Role.allCases.map(\.rawValue)
        var contacts: [JSON] = []
        for item in reader.records(.contacts, in: record) {
            // Sales knows more people than delivery and finance need: who has no role here stays where they are.
            guard let role = reader.wordIfKnown(.contactRole, of: roles, in: item) else { continue }
            let name = required(.contactName, text(.contactName, in: item), in: item)
            contacts.append(["role": .string(role), "name": name, "email": text(.contactEmail, in: item)])
        }
        return sorted(contacts, by: ["role", "name", "email"])
    }

    private mutating func registrations() -> JSON? {
        var registrations: [JSON] = []
        for item in reader.records(.taxRegistrations, in: record) {
            registrations.append([
                "country": required(.registrationCountry, country(.registrationCountry, in: item), in: item),
                "number": required(.registrationNumber, text(.registrationNumber, in: item), in: item),
            ])
        }
        return sorted(registrations, by: ["country", "number"])
    }

    func group(_ members: [(String, JSON?)]) -> JSON? {
        let present = members.compactMap { name, value in value.map { JSON.Member(name, $0) } }
        return present.isEmpty ? nil : .object(present)
    }

    /// The items in the order of these members; nil where there are none.
    func sorted(_ items: [JSON], by names: [String]) -> JSON? {
        guard !items.isEmpty else { return nil }
        return .array(items.sorted { DealAssembly.precedes($0, $1, by: names) })
    }

    private static func precedes(_ left: JSON, _ right: JSON, by names: [String]) -> Bool {
        for name in names {
            switch (left.member(name), right.member(name)) {
            case (.integer(let left), .integer(let right)) where left != right: return left < right
            case (.string(let left), .string(let right)) where left != right:
                return left.utf8.lexicographicallyPrecedes(right.utf8)
            case (nil, .some): return true
            case (.some, nil): return false
            default: continue
            }
        }
        return false
    }
}
