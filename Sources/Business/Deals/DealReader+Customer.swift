extension DealReader {
    static func customer(_ json: JSON, _ reader: inout SchemaReader) -> Deal.Customer? {
        guard let members = reader.members(json) else { return nil }
        let id = reader.member("id", of: members, .neverSinceV2) { $1.text($0, .text128) }
        let name = reader.member("name", of: members) { $1.text($0, .text200) }
        let taxId = reader.optional("taxId", of: members) { $1.text($0, .text64) }
        let email = reader.optional("email", of: members) { $1.text($0, .email) }
        let country = reader.member("country", of: members) { $1.text($0, .country) }
        let parent = reader.member("parent", of: members, .neverSinceV2, parent)
        let billTo = reader.member("billTo", of: members, .sinceV2, address)
        let shipTo = reader.member("shipTo", of: members, .neverSinceV2, address)
        let contacts = reader.member("contacts", of: members, .sinceV2, contacts)
        if let contacts, !contacts.contains(where: { $0.role == .billing }) {
            reader.reportMissing("contacts", "names nobody with the role billing")
        }
        let registrations = reader.member("taxRegistrations", of: members, .neverSinceV2, registrations)
        guard let name, let country else { return nil }
        return Deal.Customer(
            id: id, name: name, taxId: taxId, email: email, country: country, parent: parent, billTo: billTo,
            shipTo: shipTo, contacts: contacts ?? [], taxRegistrations: registrations ?? [])
    }

    private static func parent(_ json: JSON, _ reader: inout SchemaReader) -> Deal.Parent? {
        guard let members = reader.members(json) else { return nil }
        let id = reader.optional("id", of: members) { $1.text($0, .text128) }
        let name = reader.member("name", of: members) { $1.text($0, .text200) }
        let taxId = reader.optional("taxId", of: members) { $1.text($0, .text64) }
        let country = reader.member("country", of: members) { $1.text($0, .country) }
        guard let name, let country else { return nil }
        return Deal.Parent(id: id, name: name, taxId: taxId, country: country)
    }

    private static func address(_ json: JSON, _ reader: inout SchemaReader) -> Deal.Address? {
        guard let members = reader.members(json) else { return nil }
        let name = reader.optional("name", of: members) { $1.text($0, .text200) }
        let street = reader.member("street", of: members) { $1.text($0, .text200) }
        let city = reader.member("city", of: members) { $1.text($0, .text128) }
        let postalCode = reader.optional("postalCode", of: members) { $1.text($0, .text32) }
        let region = reader.optional("region", of: members) { $1.text($0, .text64) }
        let country = reader.member("country", of: members) { $1.text($0, .country) }
        guard let street, let city, let country else { return nil }
        return Deal.Address(
            name: name, street: street, city: city, postalCode: postalCode, region: region, country: country)
    }

    private static func contacts(_ json: JSON, _ reader: inout SchemaReader) -> [Deal.Contact]? {
        reader.items(json, atMost: maximalContacts, "contacts") { json, reader in
            guard let members = reader.members(json) else { return nil }
            let role = reader.member("role", of: members) {
                $1.word($0, "billing, sponsor or delivery", Deal.Contact.Role.init(exactly:))
            }
            let name = reader.member("name", of: members) { $1.text($0, .text200) }
            let email = reader.optional("email", of: members) { $1.text($0, .email) }
            guard let role, let name else { return nil }
            return Deal.Contact(role: role, name: name, email: email)
        }
    }

    private static func registrations(_ json: JSON, _ reader: inout SchemaReader) -> [Deal.TaxRegistration]? {
        var countries: Set<String> = []
        return reader.items(json, atMost: maximalTaxRegistrations, "tax registrations") { json, reader in
            guard let members = reader.members(json) else { return nil }
            let country = reader.member("country", of: members) { $1.text($0, .country) }
            let number = reader.member("number", of: members) { $1.text($0, .text64) }
            guard let country, let number else { return nil }
            if !countries.insert(country).inserted {
                reader.report(registeredTwice, cure: "Send one registration a country.", at: "country")
            }
            return Deal.TaxRegistration(country: country, number: number)
        }
    }
}

extension RawRepresentable where RawValue == String, Self: CaseIterable {
    /// The case whose name is `text` byte by byte.
    init?(exactly text: String) {
        guard let found = Self.allCases.first(where: { text.isExactly($0.rawValue) }) else { return nil }
        self = found
    }
}
